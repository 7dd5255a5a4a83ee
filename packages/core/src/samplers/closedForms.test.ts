/** Samplers whose result can be written down. */
import { describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { Draw } from "../sampler/types.ts";
import { variants } from "../testing/createKernels.ts";

const ln = (...probs: number[]): Float32Array => Float32Array.from(probs, Math.log);

describe.each(variants)("%s kernels", (variant) => {
  const keptOf = async (probs: number[], params: SamplingParams, draw?: Draw): Promise<number[]> => {
    const sampler = await createSampler({ vocabSize: probs.length, variant });
    return Array.from(sampler.distribution(ln(...probs), params, draw).tokenIds).sort((a, b) => a - b);
  };

  it("p-less keeps p ≥ Σp²: of 0.4, 0.3, 0.2, 0.1 those at or above 0.3", async () => {
    expect(await keptOf([0.41, 0.31, 0.19, 0.09], { pLess: true })).toEqual([0, 1]); // Σp² = 0.3084
    expect(await keptOf([0.25, 0.25, 0.25, 0.25], { pLess: true })).toEqual([0, 1, 2, 3]);
    expect(await keptOf([0.98, 0.01, 0.01], { pLess: true })).toEqual([0]);
    // squares and normalised by a temperature of 1/2: 0.64, 0.2704, 0.09
    expect(await keptOf([0.5, 0.3, 0.2], { pLess: true, temperature: 0.5 })).toEqual([0]);
  });

  it.each<[string, NonNullable<SamplingParams["badWords"]>, number[], number[]]>([
    ["one token always", [2, [3]], [], [0, 1]],
    ["a sequence when its beginning stands at the end", [[0, 1, 2]], [3, 0, 1], [0, 1, 3]],
    ["not when something came between", [[0, 1, 2]], [0, 1, 3], [0, 1, 2, 3]],
    ["not when the history is too short", [[0, 1, 2]], [1], [0, 1, 2, 3]],
    ["repeated tokens", [[1, 1, 1]], [0, 1, 1], [0, 2, 3]],
  ])("bad words ban %s", async (_, badWords, history, left) => {
    expect(await keptOf([0.25, 0.25, 0.25, 0.25], { badWords }, { history })).toEqual(left);
  });
});

it("bad words name what is no token sequence", async () => {
  const sampler = await createSampler({ vocabSize: 4 });
  const expected = "token id in [0, 3], or non-empty array of them";
  expect(() => sampler.compile({ badWords: [[0, 1], []] })).toThrow(`"badWords[1]" expected ${expected}`);
  expect(() => sampler.compile({ badWords: [0, 4] })).toThrow(`"badWords[1]" expected ${expected}, got 4`);
});
