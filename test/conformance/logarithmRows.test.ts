/**
 * Rows x = ln(id), so p = id / Σ: every filter keeps the ids from some bound up, and the bound is known on paper at any
 * vocabulary. The idea is that of llama.cpp's `test_sampler_queue`.
 */
import { createSampler, type Sampler, type SamplingParams } from "@tokenmill/core";
import { beforeAll, describe, expect, it } from "vitest";

type Cut = "topK" | "topP" | "minP";
type Setting = Readonly<Record<Cut, number>>;

const vocabSizes = [10_000, 32_000, 50_257, 128_256, 262_144];
const settings: Setting[] = [
  { topK: 100, topP: 0.8, minP: 0.1 },
  { topK: 100, topP: 0.0001, minP: 0.1 },
  { topK: 4000, topP: 0.9, minP: 0.7 },
  { topK: 9999, topP: 0.5, minP: 0.9 },
  { topK: 1, topP: 0.8, minP: 0.1 },
  { topK: 9000, topP: 0.99, minP: 0.95 },
];
const orders: Cut[][] = [
  ["topK", "topP", "minP"],
  ["topK", "minP", "topP"],
  ["topP", "topK", "minP"],
  ["topP", "minP", "topK"],
  ["minP", "topK", "topP"],
  ["minP", "topP", "topK"],
];

/** A logit rounded to f32 moves its weight by ln(V)·2^−24, and so the mass that top-p and min-p compare, relatively. */
const roundingOf = (vocabSize: number): number => 2 * Math.log(vocabSize) * 2 ** -24;

const sum = (low: number, high: number): number => ((low + high) * (high - low + 1)) / 2;

/** Lowest ids that may be the first kept: one, or a few where a bound is within rounding. Ids `low` … `high` are left. */
function boundsAfter(cut: Cut, value: number, low: number, high: number): number[] {
  const rounding = roundingOf(high);
  if (cut === "topK") return [Math.max(low, high - value + 1)];
  if (cut === "minP") {
    const least = (factor: number): number => Math.max(low, Math.ceil(value * high * factor));
    return range(least(1 - rounding), least(1 + rounding));
  }
  const total = sum(low, high);
  // the largest bound whose mass reaches p of the total
  const first = (factor: number): number => {
    const target = Math.min(value * factor, 1) * total;
    let bound = Math.floor(Math.sqrt(Math.max(high * (high + 1) - 2 * target, 0))) + 2;
    while (bound > low && sum(bound, high) < target) bound--;
    return Math.max(Math.min(bound, high), low);
  };
  return range(first(1 + rounding), first(1 - rounding));
}

const range = (low: number, high: number): number[] => Array.from({ length: high - low + 1 }, (_, i) => low + i);

function boundsOf(order: readonly Cut[], setting: Setting, high: number): number[] {
  let bounds = [1];
  for (const cut of order) bounds = bounds.flatMap((low) => boundsAfter(cut, setting[cut], low, high));
  return [...new Set(bounds)].sort((a, b) => a - b);
}

const rowOf = (vocabSize: number): Float32Array => Float32Array.from({ length: vocabSize }, (_, id) => Math.log(id));

/** Cuts one after another, each in a call of its own on what the one before has left: any order. */
function keptOneByOne(sampler: Sampler, logits: Float32Array, order: readonly Cut[], setting: Setting): Int32Array {
  let row = logits;
  let kept = new Int32Array();
  for (const cut of order) {
    kept = sampler.distribution(row, { [cut]: setting[cut] }).tokenIds as Int32Array<ArrayBuffer>;
    row = new Float32Array(logits.length).fill(-Infinity);
    for (const id of kept) row[id] = logits[id]!;
  }
  return kept;
}

/** Whole chains in one call, by their order. */
const chains: { order: Cut[]; params: SamplingParams }[] = [
  { order: ["topK", "topP", "minP"], params: { profile: "tokenmill" } },
  { order: ["topK", "topP", "minP"], params: { profile: "llama.cpp", temperature: 1 } },
  { order: ["minP", "topK", "topP"], params: { profile: "vllm" } },
];

function expectUpFrom(bounds: readonly number[], kept: Int32Array, vocabSize: number): void {
  const first = vocabSize - kept.length;
  expect(bounds).toContain(first);
  expect(Array.from(kept)).toEqual(range(first, vocabSize - 1).reverse());
}

describe.each(vocabSizes)("%i tokens", (vocabSize) => {
  const logits = rowOf(vocabSize);
  const high = vocabSize - 1;
  let sampler: Sampler;
  beforeAll(async () => {
    sampler = await createSampler({ vocabSize });
  });

  it.each(orders)("%s, then %s, then %s: the ids from the bound up", (...order) => {
    for (const setting of settings) {
      expectUpFrom(boundsOf(order, setting, high), keptOneByOne(sampler, logits, order, setting), vocabSize);
    }
  });

  it.each(chains)("$order in one call with $params", ({ order, params }) => {
    for (const setting of settings) {
      const { tokenIds, probs } = sampler.distribution(logits, { ...params, ...setting });
      const bounds = boundsOf(order, setting, high);
      expectUpFrom(bounds, tokenIds, vocabSize);
      const total = sum(vocabSize - tokenIds.length, high);
      expect(Math.abs((probs[0]! * total) / high - 1)).toBeLessThan(roundingOf(vocabSize));
      const { tokenId } = sampler.sample(logits, { ...params, ...setting }, { position: order.length });
      expect(tokenId).toBeGreaterThanOrEqual(bounds[0]!);
    }
  });

  it("min-k: the largest id, as ln 2 is the steepest drop, or ⌊τ / range⌋ ids", () => {
    const reversed = logits.map((x) => -x).fill(-Infinity, 0, 1); // the drop after the first is ln 2
    expect(Array.from(sampler.distribution(reversed, { minK: true, minKTau: 0 }).tokenIds)).toEqual([1]);
    const range = Math.log(high); // down to ln 1
    for (const tau of [range * 2.5, range * 100.5, range * 700.5, range * 5000.5]) {
      const params: SamplingParams = { minK: true, minKTau: tau };
      const first = vocabSize - Math.floor(tau / range);
      expectUpFrom([first], sampler.distribution(logits, params).tokenIds, vocabSize);
    }
  });

  it("epsilon, top-a and top-n-sigma: the ids from the bound up", () => {
    const total = sum(1, high);
    const rounding = roundingOf(vocabSize);
    const upFrom = (least: number): number[] =>
      range(Math.ceil(least * (1 - rounding)), Math.max(Math.ceil(least * (1 + rounding)), 1));
    const epsilon = 1 / vocabSize;
    expectUpFrom(upFrom(epsilon * total), sampler.distribution(logits, { epsilonCutoff: epsilon }).tokenIds, vocabSize);
    expectUpFrom(
      upFrom((0.25 * high * high) / total),
      sampler.distribution(logits, { topA: 0.25 }).tokenIds,
      vocabSize,
    );
    const mean = logits.slice(1).reduce((a, b) => a + b, 0) / high;
    const sigma = Math.sqrt(logits.slice(1).reduce((a, b) => a + (b - mean) ** 2, 0) / high);
    const kept = sampler.distribution(logits, { topNSigma: 0.5 }).tokenIds;
    expectUpFrom(upFrom(high * Math.exp(-0.5 * sigma)), kept, vocabSize);
  });
});
