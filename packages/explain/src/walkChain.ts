/** One row, stage by stage: what is left after each, and what it took and moved. */
import { refuse } from "@tokenmill/check";
import type { CompiledPlan, Distribution, Sampler } from "@tokenmill/core";
import { type Before, checkBefore, checkPlan, checkSampler } from "./before.ts";

export interface WalkStep {
  /** `softmax` for the row as it came, `grammar` for what a mask leaves of it, then the stages' names. */
  readonly stage: string;
  readonly distribution: Distribution;
  /** What the kept tokens had of the probability before this stage; 1 for the first. */
  readonly keptMass: number;
  /** Probability that went from some tokens to others in this stage: half the sum of the differences. */
  readonly movedMass: number;
  /** −Σ p ln p, in nats. */
  readonly entropy: number;
}

/**
 * Walks what stands in the sampler's row through the plan, at position 0. `softmax`: what `distribution(undefined, {})` gave,
 * for callers that have it.
 * @throws like `distribution`
 */
export function walkChain(
  sampler: Sampler,
  plan: CompiledPlan,
  before: Before = {},
  softmax?: Distribution,
): WalkStep[] {
  checkSampler(sampler);
  checkPlan(plan);
  checkBefore(before, sampler);
  const first = softmax ?? sampler.distribution(undefined, {});
  const previous = new Float64Array(sampler.vocabSize);
  const steps: WalkStep[] = [
    { stage: "softmax", distribution: first, keptMass: 1, movedMass: 0, entropy: entropyOf(first.probs) },
  ];
  const add = (stage: string, distribution: Distribution): void => {
    const last = steps.at(-1)!.distribution;
    last.tokenIds.forEach((id, i) => (previous[id] = last.probs[i]!));
    let keptMass = 0;
    let movedMass = 0;
    distribution.tokenIds.forEach((id, i) => {
      const was = previous[id]!;
      keptMass += was;
      movedMass += Math.max(0, distribution.probs[i]! - was);
    });
    for (const id of last.tokenIds) previous[id] = 0;
    steps.push({ stage, distribution, keptMass, movedMass, entropy: entropyOf(distribution.probs) });
  };
  const { tokenMask } = before;
  if (tokenMask) add("grammar", sampler.distribution(undefined, {}, { tokenMask }));
  plan.stageNames.forEach((stage, index) =>
    add(stage, sampler.distribution(undefined, plan, { ...before, stageCount: index + 1 })),
  );
  return steps;
}

/** −Σ p ln p, in nats. */
export function entropyOf(probs: Float64Array): number {
  if (!(probs instanceof Float64Array)) refuse("probs", "Float64Array", probs, true);
  return probs.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}
