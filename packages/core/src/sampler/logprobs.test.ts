/** Log-probabilities, ranks and top tokens against f64. */
import { describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf, type GeneratedRow } from "../testing/generatedRow.ts";
import { rowIn } from "../testing/widths.ts";
import { createSampler } from "./sampler.ts";

const kinds = variants.flatMap((variant) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ variant, dtype })));

/** Of a row ln Σ is summed in f32 blocks, error < 1e-6; of a list in f64, and scaled by a logit's size. */
const tolerance = { row: 1e-6, list: 1e-12 };

const recipes: GeneratedRow[] = [
  { kind: "gaussian", seed: 1, scale: 2.5, offset: 0, masked: 0 },
  { kind: "gaussian", seed: 2, scale: 10, offset: 50, masked: 0.3 },
  { kind: "ties", seed: 3, scale: 1, offset: -50, masked: 0 },
  { kind: "equal", seed: 4, scale: 1, offset: 0, masked: 0.95 },
  { kind: "peaked", seed: 5, scale: 1, offset: 0, masked: 0 },
];
const settings: SamplingParams[] = [
  {},
  { temperature: 0.7, topP: 0.9 },
  { topK: 20, temperature: 1.5 },
  { minP: 0.05 },
  { minP: 0.01, topP: 0.8 },
  { bannedTokenIds: [0, 1, 2], frequencyPenalty: 1, logitBias: { 5: 3 } },
  { allowedTokenIds: [0, 4, 9, 11, 12] },
  { temperature: 0 },
  { typicalP: 0.5 },
  { smoothingFactor: 0.5 },
];

/** Ids by descending value, ties by lowest id, the finite ones. */
const ranked = (values: ArrayLike<number>): number[] =>
  Array.from(values, (_, id) => id)
    .filter((id) => values[id]! > -Infinity)
    .sort((a, b) => values[b]! - values[a]! || a - b);

function logSum(values: ArrayLike<number>): number {
  const max = Array.from(values).reduce((a, b) => Math.max(a, b), -Infinity);
  return max + Math.log(Array.from(values).reduce((sum, x) => sum + Math.exp(x - max), 0));
}

describe.each(kinds)("$variant build, $dtype", ({ variant, dtype }) => {
  it.each([1, 5, 63, 64, 257, 1283])("%i tokens: chosen logprob, rank and top 7, raw and processed", async (size) => {
    const sampler = await createSampler({ vocabSize: size, dtype, variant, maxLogprobs: 7 });
    for (const recipe of recipes) {
      const { row, values } = rowIn(dtype, rowOf(recipe, size));
      const rawSum = logSum(values);
      const rawRanked = ranked(values);
      for (const setting of settings) {
        const ids = setting.bannedTokenIds ?? setting.allowedTokenIds ?? [];
        if (ids.some((id) => id >= size) || (setting.logitBias && size < 6)) continue;
        if (setting.allowedTokenIds?.every((id) => values[id] === -Infinity)) continue;
        if (setting.bannedTokenIds && rawRanked.every((id) => id < 3)) continue;
        for (const logprobs of [0, 1, 7]) {
          const draw = { position: logprobs, history: [size - 1] };
          const raw = sampler.sample(row, { ...setting, logprobs }, draw);
          expect(Math.abs(raw.logprob - (values[raw.tokenId]! - rawSum))).toBeLessThan(tolerance.row);
          expect(raw.rank).toBe(rawRanked.indexOf(raw.tokenId) + 1);
          const rawTop = rawRanked.slice(0, logprobs);
          expect(Array.from(raw.topTokenIds.slice(0, raw.topCount))).toEqual(rawTop);
          rawTop.forEach((id, i) => {
            expect(Math.abs(raw.topLogprobs[i]! - (values[id]! - rawSum))).toBeLessThan(tolerance.row);
          });

          const { tokenIds, probs } = sampler.distribution(row, setting, draw);
          const processed = sampler.sample(row, { ...setting, logprobs, logprobsMode: "processed" }, draw);
          const index = tokenIds.indexOf(processed.tokenId);
          expect(processed.tokenId).toBe(raw.tokenId);
          expect(processed.rank).toBe(index + 1);
          const isList = processed.keptCount >= 0;
          const bound = isList ? tolerance.list * (1 + Math.abs(values[rawRanked[0]!]!)) : tolerance.row;
          expect(Math.abs(processed.logprob - Math.log(probs[index]!))).toBeLessThan(bound);
          expect(Array.from(processed.topTokenIds.slice(0, processed.topCount))).toEqual(
            Array.from(tokenIds.slice(0, logprobs)),
          );
          tokenIds.slice(0, logprobs).forEach((_, i) => {
            const expected = Math.log(probs[i]!);
            expect(Math.abs(processed.topLogprobs[i]! - expected)).toBeLessThan(bound);
          });
        }
      }
    }
  });
});

describe.each(kinds)("$variant build, $dtype", ({ variant, dtype }) => {
  // two equal tokens and one that is nothing beside them: ln ½ to the last bit, however large the logits
  it.each([1e3, 3e4, 1e10, 1e16, 1e30])("logits of %d do not swallow the logarithm", async (x) => {
    const sampler = await createSampler({ vocabSize: 3, dtype, variant, maxLogprobs: 2 });
    const large = dtype === "f16" ? Math.min(x, 6e4) : x;
    const { row, values } = rowIn(dtype, Float32Array.of(large, large, -large));
    expect(values[0]).toBeGreaterThan(900);
    const settings: SamplingParams[] = [
      { logprobsMode: "raw" },
      { logprobsMode: "processed" },
      { logprobsMode: "processed", topK: 2 },
      { logprobsMode: "processed", temperature: 1e-10 },
      { logprobsMode: "processed", temperature: 1e-10, topP: 0.99 },
    ];
    for (const setting of settings) {
      const { logprob, topLogprobs } = sampler.sample(row, { ...setting, logprobs: 2 });
      for (const actual of [logprob, ...topLogprobs]) expect(Math.abs(actual + Math.LN2)).toBeLessThan(1e-6);
    }
  });
});

it("without logprobs there is none: NaN, rank 0, no top", async () => {
  const sampler = await createSampler({ vocabSize: 3 });
  const { logprob, rank, topCount } = sampler.sample([1, 2, 3], {});
  expect([logprob, rank, topCount]).toEqual([Number.NaN, 0, 0]);
});

it("keptCount is the size of the set that was cut, -1 where nothing was counted", async () => {
  const sampler = await createSampler({ vocabSize: 5 });
  const row = [0, 1, 2, 3, 4];
  expect(sampler.sample(row, { topK: 3 }).keptCount).toBe(3);
  expect(sampler.sample(row, { allowedTokenIds: [1, 2] }).keptCount).toBe(2);
  expect(sampler.sample(row, { temperature: 0 }).keptCount).toBe(1);
  expect(sampler.sample(row, {}).keptCount).toBe(-1);
  expect(sampler.sample(row, { topP: 0.5 }).keptCount).toBe(-1);
});
