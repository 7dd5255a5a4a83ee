/** The vectors of HF transformers' `test_exponential_decay_length_penalty`, and where its formula would leave the numbers. */
import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import type { Sampler } from "../sampler/types.ts";
import { variants } from "../testing/createKernels.ts";

const ln = (...probs: number[]): Float32Array => Float32Array.from(probs, Math.log);

/** ln of the probability of token 1 over that of token 0, whose logit is −1. */
function logitOf(sampler: Sampler, x: number, start: number, factor: number, position: number): number {
  const params: SamplingParams = { exponentialDecayLengthPenalty: [start, factor], stopTokenIds: [1] };
  const { tokenIds, probs } = sampler.distribution(Float32Array.of(-1, x), params, { position });
  const at = (id: number): number => probs[tokenIds.indexOf(id)] ?? 0;
  return Math.log(at(1) / at(0)) - 1;
}

describe.each(variants)("%s kernels", (variant) => {
  it.each([
    // x, start, factor, position, logit
    [-2, 5, 1.1, 0, -2],
    [-2, 5, 1.1, 5, -2],
    [-2, 5, 1.1, 6, -1.8],
    [-2, 5, 1.1, 10, -2 + 2 * (1.1 ** 5 - 1)],
    [2, 5, 1.1, 10, 2 + 2 * (1.1 ** 5 - 1)],
    [-2, 0, 0.5, 3, -2 + 2 * (0.5 ** 3 - 1)],
    [0, 0, 2, 5000, 0],
  ])("a logit of %d with [%d, %d] at position %d is %d", async (x, start, factor, position, expected) => {
    const sampler = await createSampler({ vocabSize: 2, variant });
    expect(logitOf(sampler, x, start, factor, position)).toBeCloseTo(expected, 6);
  });

  it("a power that overflows leaves the end alone, and a token that is out stays out", async () => {
    const sampler = await createSampler({ vocabSize: 3, variant });
    const params: SamplingParams = { exponentialDecayLengthPenalty: [0, 1e10], stopTokenIds: [1, 2] };
    const { tokenIds } = sampler.distribution(Float32Array.of(3, -1, -Infinity), params, { position: 1000 });
    expect([...tokenIds]).toEqual([1, 0]);
    expect(sampler.sample(ln(0.9, 0.1, 0), params, { position: 1000 }).tokenId).toBe(1);
  });
});

it("names which of the two numbers is wrong", async () => {
  const sampler = await createSampler({ vocabSize: 2 });
  const compile = (value: unknown) => () =>
    sampler.compile({ exponentialDecayLengthPenalty: value as [number, number] });
  const name = '"exponentialDecayLengthPenalty';
  expect(compile([1])).toThrow(`${name}" expected [integer in [0, 2147483647]; number > 0, finite], got an array of 1`);
  expect(compile([0, 0])).toThrow(`${name}[1]" expected number > 0, finite, got 0`);
  expect(compile([-1, 1.1])).toThrow(`${name}[0]" expected integer in [0, 2147483647], got -1`);
  expect(compile(1.1)).toThrow(TypeError);
  expect(sampler.compile({ exponentialDecayLengthPenalty: [3, 1], stopTokenIds: [1] }).stageNames).toEqual([]);
});
