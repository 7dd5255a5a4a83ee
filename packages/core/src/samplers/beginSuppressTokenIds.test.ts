import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { variants } from "../testing/createKernels.ts";

const row = Float32Array.of(5, 4, 3, -40);
const params: SamplingParams = { beginSuppressTokenIds: [0, 1, 0] };

describe.each(variants)("%s kernels", (variant) => {
  it("its tokens are out at the first position of the output, whatever the prompt, and nowhere else", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const idsAt = (position: number): number[] => [
      ...sampler.distribution(row, params, { history: [2, 0], promptLength: 2, position }).tokenIds,
    ];
    expect(idsAt(0)).toEqual([2, 3]);
    expect(idsAt(1)).toEqual([0, 1, 2, 3]);
  });

  it("nothing is drawn where it takes out all that is left", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    expect(() => sampler.sample(row, { ...params, allowedTokenIds: [0, 1] })).toThrow(
      expect.objectContaining({ code: "all_tokens_masked" }),
    );
  });
});

it("a sequence begins with another token and goes on with these", async () => {
  const sampler = await createSampler({ vocabSize: 4 });
  const sequence = sampler.openSequence({ ...params, temperature: 0 }, { promptTokenIds: [0] });
  expect([1, 2, 3].map(() => sequence.next(row).tokenId)).toEqual([2, 0, 0]);
});

it("names the id that is outside of the vocabulary", async () => {
  const sampler = await createSampler({ vocabSize: 4 });
  expect(() => sampler.compile({ beginSuppressTokenIds: [1, 4] })).toThrow(
    '"beginSuppressTokenIds[1]" expected token id in [0, 3], got 4',
  );
  expect(sampler.compile({ beginSuppressTokenIds: [] }).stageNames).toEqual([]);
});
