/** Draws many tokens from one row and holds the counts against what the distribution promises. */
import type { CompiledPlan, Sampler } from "@tokenmill/core";
import { type GTest, gTest } from "./gTest.ts";

/** Counts and expectations by token id. */
export interface CountedDraws {
  readonly counts: Float64Array;
  readonly expected: Float64Array;
  readonly test: GTest;
}

/** Draws at positions 0 … `count` − 1 from what stands in the sampler's row. Throws like `sample`. */
export function countDraws(
  sampler: Sampler,
  plan: CompiledPlan,
  count: number,
  before: { history: readonly number[]; promptLength: number },
): CountedDraws {
  const counts = new Float64Array(sampler.vocabSize);
  const expected = new Float64Array(sampler.vocabSize);
  // `minTokens` is the one stage that looks at the position: two distributions, before it and after
  const early = plan.stageNames.includes("minTokens") ? Math.min(count, plan.params.minTokens ?? 0) : 0;
  for (const [first, draws] of [
    [0, early],
    [early, count - early],
  ] as const) {
    if (draws === 0) continue;
    const { tokenIds, probs } = sampler.distribution(undefined, plan, { ...before, position: first });
    tokenIds.forEach((tokenId, i) => {
      expected[tokenId]! += draws * probs[i]!;
    });
  }
  for (let position = 0; position < count; position++) {
    counts[sampler.sample(undefined, plan, { ...before, position }).tokenId]!++;
  }
  return { counts, expected, test: gTest(counts, expected) };
}
