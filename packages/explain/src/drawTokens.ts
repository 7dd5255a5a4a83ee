/** Draws many tokens from one row. */
import { checkInteger } from "@tokenmill/check";
import type { CompiledPlan, Draw, Sampler } from "@tokenmill/core";
import { type Before, checkBefore, checkPlan, checkSampler, mostDraws } from "./before.ts";
import { mayReadPosition } from "./expectedCounts.ts";

/**
 * `count` draws, 0 … 10^7, from what stands in the sampler's row: at positions 0 … `count` − 1 of one sequence; where the plan
 * has stages of the user's own, which may read the position as they like, at position 0 of sequences 0 … `count` − 1.
 * @throws like `sample`
 */
export function drawTokens(sampler: Sampler, plan: CompiledPlan, count: number, before: Before = {}): Int32Array {
  checkSampler(sampler);
  checkPlan(plan);
  checkBefore(before, sampler);
  checkInteger("count", count, { min: 0, max: mostDraws });
  const place: keyof Draw = mayReadPosition(plan) ? "sequenceId" : "position";
  return Int32Array.from(
    { length: count },
    (_, index) => sampler.sample(undefined, plan, { ...before, [place]: index }).tokenId,
  );
}
