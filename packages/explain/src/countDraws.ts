/** Draws many tokens from one row and holds the counts against what the chain promises. */
import type { CompiledPlan, Sampler } from "@tokenmill/core";
import { type Before, checkSampler } from "./before.ts";
import { drawTokens } from "./drawTokens.ts";
import { expectedCounts } from "./expectedCounts.ts";
import { type GTest, gTest } from "./gTest.ts";

/** Counts and expectations by token id. */
export interface CountedDraws {
  readonly counts: Float64Array;
  readonly expected: Float64Array;
  readonly test: GTest;
}

/** Counts the tokens of `drawTokens`. @throws like `sample` */
export function countDraws(sampler: Sampler, plan: CompiledPlan, count: number, before: Before = {}): CountedDraws {
  checkSampler(sampler);
  const counts = new Float64Array(sampler.vocabSize);
  for (const tokenId of drawTokens(sampler, plan, count, before)) counts[tokenId]!++;
  const expected = expectedCounts(sampler, plan, count, before);
  return { counts, expected, test: gTest(counts, expected) };
}
