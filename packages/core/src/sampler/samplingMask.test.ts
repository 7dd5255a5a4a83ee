/** Sampling masks: the set that can be drawn, and the same token as without one. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { SampleError, type SampleResult } from "../records/sampleResult.ts";
import { samplerNames } from "../samplers/table.ts";
import { cases, timeoutMs } from "../testing/cases.ts";
import { drawOf, rowOf, rowRecipe } from "../testing/generatedRow.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";
import { gaussianRow, seededRandom } from "../testing/random.ts";
import { sparseOf } from "../testing/sparseOf.ts";
import { rowIn } from "../testing/widths.ts";
import { createSampler } from "./sampler.ts";
import type { Draw, Sampler } from "./types.ts";

vi.setConfig({ testTimeout: timeoutMs });

function tokenMaskOf(vocabSize: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const mask = new Int32Array(Math.ceil(vocabSize / 32));
  for (let id = 0; id < vocabSize; id++) if (random() < 0.5) mask[id >> 5]! |= 1 << (id & 31);
  return mask;
}

/** What is drawn, or the code of the failure. */
function outcomeOf(sampler: Sampler, row: Float32Array | Uint16Array, params: SamplingParams, draw: Draw) {
  try {
    return sampler.sample(row, params, draw);
  } catch (error) {
    if (error instanceof SampleError) return error.code;
    throw error;
  }
}

const maskOf = ({ maskCount, maskTokenIds }: SampleResult): number[] | "all" =>
  maskCount < 0 ? "all" : Array.from(maskTokenIds.slice(0, maskCount));

const kinds = [5, 64, 257, 1283, 9000].flatMap((vocabSize) =>
  (["f32", "f16", "bf16"] as const).map((dtype) => ({ vocabSize, dtype })),
);

it.each(kinds)(
  "$vocabSize tokens in $dtype, any chain: the token as without it, the set of the distribution",
  async (kind) => {
    const { vocabSize, dtype } = kind;
    const options = { vocabSize, dtype, maxSamplingMask: vocabSize, maxHistory: 64 };
    const simd = await createSampler({ ...options, variant: "simd" });
    const scalar = await createSampler({ ...options, variant: "scalar" });
    const generated = fc.subarray([...samplerNames], { maxLength: 4 }).chain((names) =>
      fc.record({
        params: paramsOf(names, vocabSize),
        recipe: rowRecipe,
        draw: drawOf(vocabSize),
        logprobs: fc.constantFrom({}, { logprobs: 2 }, { logprobs: 2, logprobsMode: "processed" as const }),
        isMasked: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(generated, ({ params, recipe, draw, logprobs, isMasked }) => {
        const { row, values } = rowIn(dtype, rowOf(recipe, vocabSize));
        const at = isMasked ? { ...draw, tokenMask: tokenMaskOf(vocabSize, recipe.seed) } : draw;
        const asked: SamplingParams = { ...params, ...logprobs, samplingMask: true };
        const found = outcomeOf(simd, row, asked, at);
        expect(found).toEqual(outcomeOf(scalar, row, asked, at));
        const plain = outcomeOf(simd, row, { ...params, ...logprobs }, at);
        if (typeof found === "string" || typeof plain === "string") return found === plain;
        const without = { keptCount: 0, maskCount: 0, maskTokenIds: 0, maskLogprob: 0 };
        expect({ ...found, ...without }).toEqual({ ...plain, ...without });

        const { tokenIds, probs } = simd.distribution(row, params, at);
        const drawable = values.filter((x) => x > -Infinity).length;
        const set = Array.from(tokenIds).sort((a, b) => a - b);
        expect(maskOf(found)).toEqual(set.length === drawable ? "all" : set);
        const expected = Math.log(probs[tokenIds.indexOf(found.tokenId)]!);
        expect(Math.abs(found.maskLogprob - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
        const processed = simd.sample(row, { ...params, logprobs: 0, logprobsMode: "processed" }, at);
        expect(found.maskLogprob).toBe(processed.logprob);
        return true;
      }),
      { ...cases(vocabSize > 5000 ? 40 : 120), endOnFailure: true },
    );
  },
);

// chains whose draws make no list unless they have to tell of it
const lazy: SamplingParams[] = [
  {},
  { temperature: 0.8 },
  { topP: 0.9 },
  { topP: 0.95, minP: 0.02, temperature: 1.3, chain: ["topP", "minP", "temperature"] },
  { typicalP: 0.9 },
  { typicalP: 0.2, temperature: 2 },
  { adaptiveTarget: 0.3 },
  { temperature: 1, dynatempRange: 0.5 },
  { temperature: 1, dynatempRange: 0.5, minP: 0.05, chain: ["temperature", "minP"] },
  { minP: 0.05 },
  { epsilonCutoff: 0.001 },
  { topNSigma: 1 },
  { kgwDelta: 2, kgwKey: 1, topP: 0.9 },
];

it.each(["f32", "bf16"] as const)("lazy draws of a row of 50,257 in %s give the same tokens", async (dtype) => {
  const vocabSize = 50_257;
  const sampler = await createSampler({ vocabSize, dtype, maxSamplingMask: vocabSize });
  for (const [i, params] of lazy.entries()) {
    const { row } = rowIn(dtype, gaussianRow(vocabSize, 1 + (i % 3), i));
    const plain = sampler.openSequence({ ...params, seed: i });
    const told = sampler.openSequence({ ...params, seed: i, samplingMask: true });
    for (let position = 0; position < 60; position++) {
      const expected = plain.next(row);
      const result = told.next(row);
      expect(result.tokenId).toBe(expected.tokenId);
      expect(result.state).toEqual(expected.state);
      const mask = maskOf(result);
      expect(mask === "all" || mask.includes(result.tokenId)).toBe(true);
    }
  }
});

describe("a sampling mask", () => {
  const row = [0, 1, 2, 3, 3, -Infinity];
  const sampled = async (params: SamplingParams, draw: Draw = {}): Promise<SampleResult> =>
    (await createSampler({ vocabSize: 6, maxSamplingMask: 3 })).sample(row, { ...params, samplingMask: true }, draw);

  it("is one id where greedy, equals by lowest id", async () => {
    const result = await sampled({ temperature: 0 });
    expect([maskOf(result), result.maskLogprob]).toEqual([[3], 0]);
  });

  it("is the set of a cut, with the equals that the cut keeps, and the chosen one's share of it", async () => {
    const result = await sampled({ topK: 3 });
    expect(maskOf(result)).toEqual([2, 3, 4]);
    expect(result.maskLogprob).toBeCloseTo(row[result.tokenId]! - Math.log(Math.exp(2) + 2 * Math.exp(3)), 12);
    expect(maskOf(await sampled({ topP: 0.5 }))).toEqual([3, 4]);
    expect(maskOf(await sampled({ allowedTokenIds: [1, 4] }))).toEqual([1, 4]);
  });

  it("is all where nothing is taken out of the row, also above its room; bans are taken out", async () => {
    expect(maskOf(await sampled({ temperature: 2 }))).toBe("all");
    expect(maskOf(await sampled({ topP: 0.999_999 }))).toBe("all");
    await expect(sampled({ bannedTokenIds: [0] })).rejects.toThrow(
      expect.objectContaining({
        code: "sampling_mask_too_large",
        message: "the token was drawn from 4 tokens, and a sampling mask has room for 3 (maxSamplingMask)",
      }),
    );
    expect(maskOf(await sampled({ bannedTokenIds: [0, 5], topK: 4, logitBias: { 1: -100 } }))).toEqual([2, 3, 4]);
  });

  it("is refused where there is no room at all, and is not there unless asked for", async () => {
    const sampler = await createSampler({ vocabSize: 6, maxSamplingMask: 0 });
    expect(() => sampler.compile({ samplingMask: true })).toThrow(
      new RangeError('"samplingMask" expected false, as maxSamplingMask is 0, got true'),
    );
    const { maskCount, maskTokenIds, maskLogprob } = sampler.sample(row, { samplingMask: false });
    expect([maskCount, maskTokenIds.length, maskLogprob]).toEqual([0, 0, Number.NaN]);
  });

  it("after a custom stage is a list, whatever is left", async () => {
    const customStages = { drop: (logits: Float32Array) => void (logits[4] = -Infinity), none: () => undefined };
    const sampler = await createSampler({ vocabSize: 6, customStages });
    const run = (chain: SamplingParams["chain"], params: SamplingParams = {}) =>
      maskOf(sampler.sample(row, { ...params, samplingMask: true, chain: chain! }));
    expect(run(["custom:drop"])).toEqual([0, 1, 2, 3]);
    expect(run(["custom:none"])).toEqual([0, 1, 2, 3, 4]);
    expect(run(["topK", "custom:drop"], { topK: 3, logprobs: 1 })).toEqual([2, 3]);
  });

  it("of a sparse row is the whole row's where a cut takes out what it does not list; else the row fails", async () => {
    const vocabSize = 400;
    const logits = gaussianRow(vocabSize, 2, 1);
    const sampler = await createSampler({ vocabSize });
    const sparse = sparseOf(logits, 20);
    for (const params of [{ topK: 20 }, { minP: 0.3 }, { temperature: 0 }] as SamplingParams[]) {
      const asked = { ...params, samplingMask: true };
      expect(maskOf(sampler.sample(sparse, asked))).toEqual(maskOf(sampler.sample(logits, asked)));
    }
    const cold = { temperature: 1e-3 };
    expect(sampler.sample(sparse, cold).tokenId).toBe(sampler.sample(logits, cold).tokenId);
    expect(() => sampler.sample(sparse, { ...cold, samplingMask: true })).toThrow("lists too little for the draw");
    expect(maskOf(sampler.sample({ ...sparse, restLogSumExp: -Infinity }, { samplingMask: true }))).toBe("all");
  });
});
