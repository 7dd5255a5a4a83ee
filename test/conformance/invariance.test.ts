/** What must not change the outcome: an offset of all logits, a scale undone by the temperature, the dtype, the order of equals. */
import { createSampler, type Sampler, type SamplingParams } from "@tokenmill/core";
import { beforeAll, describe, expect, it } from "vitest";

const vocabSize = 2000;

/** Steps of 1/64 within ±16: the sum with an offset and the product with a scale below are exact in f32. */
const logits = Float32Array.from(
  { length: vocabSize },
  (_, id) => Math.round(64 * 4 * Math.sin(id * 12.9898) * Math.cos(id * 78.233) ** 3) / 64,
);

const settings: SamplingParams[] = [
  {},
  { temperature: 0 },
  { topK: 40 },
  { topP: 0.9 },
  { topP: 0.5, temperature: 0.5 },
  { minP: 0.05 },
  { minP: 0.2, topP: 0.9 },
  { topNSigma: 1 },
  { minK: true },
  { minK: true, minKTau: 1000 },
  { typicalP: 0.7 },
  { epsilonCutoff: 0.0005 },
  { etaCutoff: 0.001 },
  { topA: 0.1 },
  { tailFree: 0.9 },
  { topH: 0.6 },
  { smoothingFactor: 0.3, smoothingCurve: 1.5 },
  { dynatempRange: 0.5, temperature: 1 },
  { xtcProbability: 0.5, xtcThreshold: 0.01 },
  { profile: "llama.cpp" },
  { profile: "vllm", topK: 100, topP: 0.95, minP: 0.01 },
];

let sampler: Sampler;
beforeAll(async () => {
  sampler = await createSampler({ vocabSize });
});

describe.each(settings)("%o", (params) => {
  it.each([50, -50, 1000, -1000])("offset %i: the same tokens kept, the same bits of their probabilities", (offset) => {
    const moved = logits.map((x) => x + offset);
    expect(sampler.distribution(moved, params)).toEqual(sampler.distribution(logits, params));
  });
});

// smoothing and dynamic temperature are not linear in the logits; a temperature of llama.cpp comes after its cuts
const linear = settings.filter(
  ({ smoothingFactor, dynatempRange, profile }) => !smoothingFactor && !dynatempRange && profile !== "llama.cpp",
);

describe.each(linear)("%o", (params) => {
  it("scale 8 and temperature 8: the same tokens kept, the same bits of their probabilities", () => {
    const scaled = logits.map((x) => x * 8);
    const hotter = { ...params, temperature: (params.temperature ?? 1) * 8 };
    expect(sampler.distribution(scaled, hotter)).toEqual(sampler.distribution(logits, params));
  });

  it("scale 10 and temperature 10: the same tokens kept, probabilities to 1e-12", () => {
    const scaled = sampler.distribution(
      logits.map((x) => x * 10),
      { ...params, temperature: (params.temperature ?? 1) * 10 },
    );
    const plain = sampler.distribution(logits, params);
    expect(scaled.tokenIds).toEqual(plain.tokenIds);
    scaled.probs.forEach((p, i) => expect(Math.abs(p / plain.probs[i]! - 1)).toBeLessThan(1e-12));
  });
});

describe("equals", () => {
  const equal = new Float32Array(vocabSize).fill(-3.25);
  const first = (n: number): number[] => Array.from({ length: n }, (_, id) => id);
  const kept = (params: SamplingParams): number[] => Array.from(sampler.distribution(equal, params).tokenIds);

  it("are kept by lowest id", () => {
    expect(kept({ topK: 1 })).toEqual([0]);
    expect(kept({ topK: 700 })).toEqual(first(700));
    expect(kept({ topP: 0.25 })).toEqual(first(500));
    expect(kept({ topP: 0.2501 })).toEqual(first(501));
    expect(kept({ temperature: 0 })).toEqual([0]);
    expect(kept({ minP: 1 })).toEqual(first(vocabSize));
    expect(kept({ topNSigma: 1 })).toEqual(first(vocabSize));
    expect(kept({ minK: true, minKTau: 0 })).toEqual(first(vocabSize));
  });

  it("at the boundary of a group: the lowest ids of the group", () => {
    const row = equal.slice();
    for (const id of [1999, 1000, 3]) row[id] = 5;
    const group = (params: SamplingParams): number[] => Array.from(sampler.distribution(row, params).tokenIds);
    expect(group({ topK: 2 })).toEqual([3, 1000]);
    expect(group({ topK: 5 })).toEqual([3, 1000, 1999, 0, 1]);
    expect(group({ topK: 2, profile: "hf" })).toEqual([3, 1000, 1999]);
    expect(group({ temperature: 0 })).toEqual([3]);
    // the range is 8.25: 41 / 8.25 is 4.97
    expect(group({ minK: true })).toEqual([3, 1000, 1999]);
    expect(group({ minK: true, minKTau: 41 })).toEqual([3, 1000, 1999, 0]);
    expect(sampler.sample(row, { temperature: 0, logprobs: 5 }).topTokenIds.slice(0, 5)).toEqual(
      Int32Array.of(3, 1000, 1999, 0, 1),
    );
  });
});

it("f16 and bf16 rows give the tokens of the f32 row with the same values", async () => {
  // multiples of 1/4 within ±16 are exact in both
  const coarse = logits.map((x) => Math.round(4 * x) / 4);
  const bits = new DataView(new ArrayBuffer(4));
  const bf16 = Uint16Array.from(coarse, (x) => {
    bits.setFloat32(0, x);
    return bits.getUint32(0) >>> 16;
  });
  const f16 = Uint16Array.from(coarse, (x) => {
    bits.setFloat32(0, x);
    const word = bits.getUint32(0);
    return x === 0 ? 0 : ((word >>> 16) & 0x8000) | (((word >>> 13) & 0x3ffff) - (112 << 10));
  });
  const rows = [
    [await createSampler({ vocabSize, dtype: "f16" }), f16],
    [await createSampler({ vocabSize, dtype: "bf16" }), bf16],
  ] as const;
  for (const [narrow, row] of rows) {
    for (const params of settings) {
      expect(narrow.distribution(row, params)).toEqual(sampler.distribution(coarse, params));
    }
  }
});
