/** Log-probabilities of named tokens: those of f64, and the bits that they have among the most probable ones. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { SampleError } from "../records/sampleResult.ts";
import { samplerNames } from "../samplers/table.ts";
import { cases, timeoutMs } from "../testing/cases.ts";
import { variants } from "../testing/createKernels.ts";
import { drawOf, rowOf, rowRecipe } from "../testing/generatedRow.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";
import { gaussianRow, seededRandom } from "../testing/random.ts";
import { sparseOf } from "../testing/sparseOf.ts";
import { rowIn } from "../testing/widths.ts";
import { createSampler } from "./sampler.ts";
import type { Draw, Sampler } from "./types.ts";

vi.setConfig({ testTimeout: timeoutMs });

const dtypes = ["f32", "f16", "bf16"] as const;
const kinds = variants.flatMap((variant) => dtypes.map((dtype) => ({ variant, dtype })));
const bitsOf = (values: ArrayLike<number>): bigint[] => [...new BigUint64Array(Float64Array.from(values).buffer)];

function logSum(values: ArrayLike<number>): number {
  const max = Array.from(values).reduce((a, b) => Math.max(a, b), -Infinity);
  return max + Math.log(Array.from(values).reduce((sum, x) => sum + Math.exp(x - max), 0));
}

/** Σ is summed in f32 blocks. */
function expectNear(actual: number, expected: number): void {
  expect(actual === expected ? 0 : Math.abs(actual - expected)).toBeLessThan(1e-6);
}

/** Some ids in any order, each once. */
function someIds(vocabSize: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const ids = Array.from({ length: vocabSize }, (_, id) => ({ id, at: random() }));
  return ids
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ id }) => id);
}

function maskOf(vocabSize: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const mask = new Int32Array(Math.ceil(vocabSize / 32));
  for (let id = 0; id < vocabSize; id++) if (random() < 0.5) mask[id >> 5]! |= 1 << (id & 31);
  return mask;
}

const settings: SamplingParams[] = [
  {},
  { temperature: 0.7, topP: 0.9 },
  { topK: 20, temperature: 1.5 },
  { minP: 0.05 },
  { bannedTokenIds: [0, 1, 2], frequencyPenalty: 1, logitBias: { 5: 3 } },
  { allowedTokenIds: [0, 4, 9, 11, 12] },
  { temperature: 0 },
  { typicalP: 0.5 },
  { adaptiveTarget: 0.3 },
  { smoothingFactor: 0.5 },
  { chain: ["topP", "temperature"], topP: 0.8, temperature: 2 },
];

describe.each(kinds)("$variant build, $dtype", ({ variant, dtype }) => {
  it.each([13, 64, 257, 1283])("%i tokens: as f64 says, raw and processed, with a mask and without", async (size) => {
    const sampler = await createSampler({ vocabSize: size, dtype, variant });
    for (const seed of [1, 2, 3]) {
      const { row, values } = rowIn(dtype, gaussianRow(size, 2.5, seed).fill(-Infinity, 7, 8));
      const rawSum = logSum(values);
      const logprobTokenIds = someIds(size, Math.min(size, 40), seed);
      for (const setting of settings) {
        for (const tokenMask of [undefined, maskOf(size, 9)]) {
          const draw: Draw = { history: [size - 1], position: seed, ...(tokenMask && { tokenMask }) };
          const raw = sampler.sample(row, { ...setting, logprobTokenIds }, draw);
          expect(raw.namedCount).toBe(logprobTokenIds.length);
          expect(raw.topCount).toBe(0);
          logprobTokenIds.forEach((id, i) => expectNear(raw.namedLogprobs[i]!, values[id]! - rawSum));

          const { tokenIds, probs } = sampler.distribution(row, setting, draw);
          const processed = sampler.sample(row, { ...setting, logprobTokenIds, logprobsMode: "processed" }, draw);
          expect(processed.tokenId).toBe(raw.tokenId);
          logprobTokenIds.forEach((id, i) => {
            const at = tokenIds.indexOf(id);
            expectNear(processed.namedLogprobs[i]!, at < 0 ? -Infinity : Math.log(probs[at]!));
          });
        }
      }
    }
  });
});

/** What is drawn, or the code of the failure. */
function outcomeOf(sampler: Sampler, row: Float32Array | Uint16Array, params: SamplingParams, draw: Draw) {
  try {
    return sampler.sample(row, params, draw);
  } catch (error) {
    if (error instanceof SampleError) return error.code;
    throw error;
  }
}

it.each(dtypes)("any chain, %s: both builds, and the bits among the most probable ones", async (dtype) => {
  const vocabSize = 321;
  const capacities = { vocabSize, dtype, maxLogprobs: vocabSize, maxLogprobTokenIds: vocabSize, maxHistory: 64 };
  const simd = await createSampler({ ...capacities, variant: "simd" });
  const scalar = await createSampler({ ...capacities, variant: "scalar" });
  const generated = fc.subarray([...samplerNames], { maxLength: 4 }).chain((names) =>
    fc.record({
      params: paramsOf(names, vocabSize),
      recipe: rowRecipe,
      draw: drawOf(vocabSize),
      logprobsMode: fc.constantFrom("raw" as const, "processed" as const),
      isMasked: fc.boolean(),
      count: fc.integer({ min: 1, max: vocabSize }),
    }),
  );
  fc.assert(
    fc.property(generated, ({ params, recipe, draw, logprobsMode, isMasked, count }) => {
      const { row } = rowIn(dtype, rowOf(recipe, vocabSize));
      const logprobTokenIds = someIds(vocabSize, count, recipe.seed);
      const at = isMasked ? { ...draw, tokenMask: maskOf(vocabSize, count) } : draw;
      const asked = { ...params, logprobsMode, logprobTokenIds };
      const found = outcomeOf(simd, row, asked, at);
      expect(found).toEqual(outcomeOf(scalar, row, asked, at));
      const plain = outcomeOf(simd, row, { ...params, logprobs: 0, logprobsMode }, at);
      if (typeof found === "string" || typeof plain === "string") return found === plain;
      const { namedCount: _, namedLogprobs: named, ...rest } = found;
      const { namedCount: none, namedLogprobs: _nothing, ...plainRest } = plain;
      expect(none).toBe(0);
      expect(rest).toEqual(plainRest);
      const all = simd.sample(row, { ...asked, logprobs: vocabSize }, at);
      expect(bitsOf(all.namedLogprobs)).toEqual(bitsOf(named));
      const byId = new Map(Array.from(all.topTokenIds.slice(0, all.topCount), (id, i) => [id, all.topLogprobs[i]!]));
      expect(bitsOf(named)).toEqual(bitsOf(logprobTokenIds.map((id) => byId.get(id) ?? -Infinity)));
      return true;
    }),
    { ...cases(150), endOnFailure: true },
  );
});

describe("a sampler", () => {
  const vocabSize = 5000;
  const row = gaussianRow(vocabSize, 3, 4);

  it("takes 128 ids by itself, 4096 where it has room for them, in the order asked", async () => {
    const sampler = await createSampler({ vocabSize });
    expect(sampler.maxLogprobTokenIds).toBe(128);
    const ids = someIds(vocabSize, 4096, 1);
    expect(sampler.sample(row, { logprobTokenIds: ids.slice(0, 128) }).namedLogprobs).toHaveLength(128);
    expect(() => sampler.sample(row, { logprobTokenIds: ids.slice(0, 129) })).toThrow(
      new RangeError('"logprobTokenIds" expected at most 128 ids (maxLogprobTokenIds), got an array of 129'),
    );
    const roomy = await createSampler({ vocabSize, maxLogprobTokenIds: 4096, maxLogprobs: 0 });
    const { namedLogprobs, logprob, tokenId } = roomy.sample(row, { logprobTokenIds: ids });
    const sum = logSum(row);
    ids.forEach((id, i) => expect(Math.abs(namedLogprobs[i]! - (row[id]! - sum))).toBeLessThan(1e-6));
    expect(Math.abs(logprob - (row[tokenId]! - sum))).toBeLessThan(1e-6);
    await expect(createSampler({ vocabSize, maxLogprobTokenIds: 4097 })).rejects.toThrow(
      new RangeError('"maxLogprobTokenIds" expected integer in [0, 4096], got 4097'),
    );
  });

  it("of no ids gives no log-probabilities", async () => {
    const sampler = await createSampler({ vocabSize });
    expect(sampler.sample(row, { logprobTokenIds: [] })).toMatchObject({ namedCount: 0, rank: 0 });
  });

  it("gives them in sequences, and with custom stages", async () => {
    const customStages = { none: () => undefined };
    const sampler = await createSampler({ vocabSize, customStages });
    const logprobTokenIds = [17, 3, 4999];
    const expected = sampler.sample(row, { topK: 50, logprobTokenIds, seed: 1 });
    const sequence = sampler.openSequence({ topK: 50, logprobTokenIds, seed: 1 });
    expect(sequence.next(row)).toEqual(expected);
    for (const logprobsMode of ["raw", "processed"] as const) {
      const params: SamplingParams = { topK: 50, logprobTokenIds, logprobs: 2, logprobsMode, seed: 1 };
      const custom = sampler.sample(row, { ...params, chain: ["custom:none", "topK"] });
      expect(custom).toEqual(sampler.sample(row, params));
    }
  });
});

describe("a sparse row", () => {
  const vocabSize = 400;
  const logits = gaussianRow(vocabSize, 2, 1);
  const row = sparseOf(logits, 10);
  const listed = Array.from(row.tokenIds);
  const other = logits.findIndex((_, id) => !listed.includes(id));

  it("has raw ones of the tokens that it lists, and fails for others", async () => {
    const sampler = await createSampler({ vocabSize });
    const whole = sampler.sample(logits, { topK: 5, logprobTokenIds: listed });
    const sparse = sampler.sample(row, { topK: 5, logprobTokenIds: listed });
    sparse.namedLogprobs.forEach((x, i) => expect(Math.abs(x - whole.namedLogprobs[i]!)).toBeLessThan(2e-6));
    expect(() => sampler.sample(row, { topK: 5, logprobTokenIds: [listed[0]!, other] })).toThrow(
      "the sparse row lists too little for logprobTokenIds: 2 needed, 1 covered",
    );
  });

  it("has none of a token that weighs nothing, or that a cut takes out: -Infinity", async () => {
    const sampler = await createSampler({ vocabSize });
    const complete = { ...row, restLogSumExp: -Infinity };
    expect(sampler.sample(complete, { logprobTokenIds: [other] }).namedLogprobs[0]).toBe(-Infinity);
    const params: SamplingParams = { topK: 5, logprobTokenIds: [other, listed[0]!], logprobsMode: "processed" };
    const sparse = sampler.sample(row, params);
    expect(sparse).toEqual(sampler.sample(logits, params));
    expect(sparse.namedLogprobs[0]).toBe(-Infinity);
  });
});
