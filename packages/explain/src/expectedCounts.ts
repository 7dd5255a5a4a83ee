/**
 * What many draws from one row should give. Most stages do the same to the row at every draw, whatever they remember or have
 * as a key; those that toss a coin or look at the position say so in the stage table, and the expectation mixes what they do.
 */
import { checkInteger } from "@tokenmill/check";
import { type CompiledPlan, type Sampler, samplers, type SamplingParams } from "@tokenmill/core";
import { isSamplerName } from "@tokenmill/core/internal";
import { type Before, checkBefore, checkPlan, checkSampler, mostDraws } from "./before.ts";

/** Params with every coin tossed, and how often they come out so. */
interface Outcome {
  readonly params: SamplingParams;
  readonly weight: number;
}

/**
 * Expected counts of `drawTokens` by token id.
 * @throws like `distribution`
 */
export function expectedCounts(sampler: Sampler, plan: CompiledPlan, count: number, before: Before = {}): Float64Array {
  checkSampler(sampler);
  checkPlan(plan);
  checkBefore(before, sampler);
  checkInteger("count", count, { min: 0, max: mostDraws });
  const expected = new Float64Array(sampler.vocabSize);
  for (const [position, draws] of mayReadPosition(plan) ? [[0, count] as const] : spansOf(plan, count)) {
    for (const { params, weight } of outcomesOf(plan)) {
      const { tokenIds, probs } = sampler.distribution(undefined, params, { ...before, position });
      tokenIds.forEach((tokenId, i) => (expected[tokenId]! += draws * weight * probs[i]!));
    }
  }
  return expected;
}

/** Whether the plan has stages whose use of the position nobody has declared. */
export function mayReadPosition({ stageNames }: CompiledPlan): boolean {
  return stageNames.some((name) => !isSamplerName(name));
}

/** Stretches of positions, [first, count], in which every stage does the same. */
function spansOf({ stageNames, params }: CompiledPlan, count: number): (readonly [number, number])[] {
  const changes = ownStages(stageNames).flatMap(({ changesAt }) =>
    changesAt ? positionsIn(changesAt(params), count) : [],
  );
  const starts = [...new Set([0, ...changes])].sort((a, b) => a - b);
  return starts.map((start, i) => [start, (starts[i + 1] ?? count) - start]);
}

/** The positions of a range that are below `count`. */
function positionsIn({ first, last }: { first: number; last: number }, count: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(last + 1, count) - first) }, (_, i) => first + i);
}

function outcomesOf({ stageNames, params }: CompiledPlan): Outcome[] {
  let outcomes: Outcome[] = [{ params, weight: 1 }];
  for (const { coin } of ownStages(stageNames)) {
    if (coin === undefined) continue;
    const acts = Number(params[coin] ?? 0);
    outcomes = outcomes.flatMap((outcome) => [
      { params: { ...outcome.params, [coin]: 1 }, weight: outcome.weight * acts },
      { params: { ...outcome.params, [coin]: 0 }, weight: outcome.weight * (1 - acts) },
    ]);
  }
  return outcomes.filter(({ weight }) => weight > 0);
}

const ownStages = (names: CompiledPlan["stageNames"]) => names.filter(isSamplerName).map((name) => samplers[name]);
