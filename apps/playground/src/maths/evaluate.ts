/** The numbers of the page. Every probability and every draw comes from the sampler's kernels. */
import { messageOf } from "@tokenmill/check";
import type { CompiledPlan, Distribution, Sampler } from "@tokenmill/core";
import type { Settings } from "../params/settings.ts";
import type { Before, Chain, Draws, Evaluation, ShownToken, Step } from "./messages.ts";

/** Of a chain's last step, that many of the most probable tokens are shown even if the row ranks them low. */
const promoted = 8;

/** Evaluates chains on what stands in the sampler's row. */
export class Evaluator {
  readonly #sampler: Sampler;
  readonly #softmax: Distribution;
  readonly #softmaxEntropy: number;
  /** By token id; all 0 between calls. */
  readonly #previous: Float64Array;
  readonly #ranks: Int32Array;

  /** @throws SampleError for a row that cannot be sampled. */
  constructor(sampler: Sampler) {
    this.#sampler = sampler;
    this.#softmax = sampler.distribution(undefined, {});
    this.#softmaxEntropy = entropyOf(this.#softmax.probs);
    this.#previous = new Float64Array(sampler.vocabSize);
    this.#ranks = new Int32Array(sampler.vocabSize);
    this.#softmax.tokenIds.forEach((tokenId, i) => {
      this.#ranks[tokenId] = i + 1;
    });
  }

  evaluate(settings: readonly Settings[], before: Before, top: number): Evaluation {
    const startMs = performance.now();
    const { vocabSize, row } = this.#sampler;
    const runs = settings.map((each) => this.#run(each, before));
    const ids =
      vocabSize <= top
        ? Array.from({ length: vocabSize }, (_, id) => id)
        : [...this.#softmax.tokenIds.subarray(0, top)];
    const places = new Map(ids.map((id, place) => [id, place]));
    for (const run of runs) {
      if ("error" in run) continue;
      for (const id of run.at(-1)?.distribution.tokenIds.subarray(0, promoted) ?? []) {
        if (!places.has(id)) places.set(id, ids.push(id) - 1);
      }
    }
    const tokens = ids.map((tokenId): ShownToken => ({ tokenId, logit: row[tokenId]!, rank: this.#ranks[tokenId]! }));
    const chains = runs.map(
      (run): Chain => ("error" in run ? run : { steps: run.map((step) => shownStep(step, places)) }),
    );
    return { tokens, vocabSize, chains, elapsedMs: performance.now() - startMs };
  }

  draw(settings: Settings, before: Before, count: number): Draws {
    const plan = this.#sampler.compile(settings);
    const tokenIds = new Int32Array(count);
    for (let position = 0; position < count; position++) {
      tokenIds[position] = this.#sampler.sample(undefined, plan, { ...before, position }).tokenId;
    }
    return { tokenIds, expected: this.#expected(plan, before, count) };
  }

  /** `minTokens` looks at the position, and XTC tosses a coin at each: the expectation mixes what there is. */
  #expected(plan: CompiledPlan, before: Before, count: number): Map<number, number> {
    const expected = new Map<number, number>();
    const early = plan.stageNames.includes("minTokens") ? Math.min(count, plan.params.minTokens ?? 0) : 0;
    const acts = plan.stageNames.includes("xtc") ? (plan.params.xtcProbability ?? 0) : 0;
    for (const [position, draws] of [
      [0, early],
      [early, count - early],
    ] as const) {
      for (const [params, weight] of [
        [acts > 0 ? { ...plan.params, xtcProbability: 1 } : plan.params, acts > 0 ? acts : 1],
        [{ ...plan.params, xtcProbability: 0 }, acts > 0 ? 1 - acts : 0],
      ] as const) {
        if (draws * weight === 0) continue;
        const { tokenIds, probs } = this.#sampler.distribution(undefined, params, { ...before, position });
        tokenIds.forEach((id, i) => expected.set(id, (expected.get(id) ?? 0) + draws * weight * probs[i]!));
      }
    }
    return expected;
  }

  #run(settings: Settings, before: Before): RunStep[] | { error: string } {
    try {
      return this.#steps(this.#sampler.compile(settings), before);
    } catch (error) {
      this.#previous.fill(0);
      return { error: messageOf(error) };
    }
  }

  #steps(plan: CompiledPlan, before: Before): RunStep[] {
    const previous = this.#previous;
    const steps: RunStep[] = [
      { stage: "softmax", distribution: this.#softmax, keptMass: 1, movedMass: 0, entropy: this.#softmaxEntropy },
    ];
    plan.stageNames.forEach((stage, index) => {
      const last = steps[index]!.distribution;
      const distribution = this.#sampler.distribution(undefined, plan, { ...before, stageCount: index + 1 });
      const { tokenIds, probs } = distribution;
      last.tokenIds.forEach((id, i) => {
        previous[id] = last.probs[i]!;
      });
      let keptMass = 0;
      let gained = 0;
      for (let i = 0; i < tokenIds.length; i++) {
        const was = previous[tokenIds[i]!]!;
        keptMass += was;
        if (probs[i]! > was) gained += probs[i]! - was;
      }
      for (const id of last.tokenIds) previous[id] = 0;
      steps.push({ stage, distribution, keptMass, movedMass: gained, entropy: entropyOf(probs) });
    });
    return steps;
  }
}

interface RunStep extends Pick<Step, "stage" | "keptMass" | "movedMass" | "entropy"> {
  readonly distribution: Distribution;
}

function shownStep({ distribution, ...step }: RunStep, places: ReadonlyMap<number, number>): Step {
  const { tokenIds, probs } = distribution;
  const shown = new Array<number>(places.size).fill(0);
  let restProb = 0;
  for (let i = 0; i < tokenIds.length; i++) {
    const place = places.get(tokenIds[i]!);
    if (place === undefined) restProb += probs[i]!;
    else shown[place] = probs[i]!;
  }
  return { ...step, keptCount: tokenIds.length, probs: shown, restProb };
}

function entropyOf(probs: Float64Array): number {
  let sum = 0;
  for (const p of probs) if (p > 0) sum -= p * Math.log(p);
  return sum;
}
