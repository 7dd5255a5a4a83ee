/** Selection and sorting must not depend on the order in which the logits stand: rows that make naive pivots bad. */
import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";

const vocabSize = 65_536;
const fill = (value: (i: number) => number): Float32Array =>
  Float32Array.from({ length: vocabSize }, (_, i) => value(i));

/** Distinct values, so that the k largest are plain. */
const rows = {
  ascending: fill((i) => i / 1000),
  descending: fill((i) => -i / 1000),
  "organ pipe": fill((i) => Math.min(2 * i, 2 * (vocabSize - i) - 1) / 1000),
  sawtooth: fill((i) => (i % 256) + Math.floor(i / 256) / 1000),
};

describe.each(Object.entries(rows))("%s row", (_, row) => {
  it.each([5, 1000, vocabSize / 2, vocabSize - 5])("the %i largest", async (topK) => {
    const sampler = await createSampler({ vocabSize });
    const { tokenIds } = sampler.distribution(row, { topK });
    const expected = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]!);
    expect(Array.from(tokenIds)).toEqual(expected.slice(0, topK));
  });
});
