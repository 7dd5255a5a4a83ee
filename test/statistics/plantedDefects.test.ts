/**
 * Samplers with the defects that other engines shipped, in plain JavaScript: the statistics of this folder must reject
 * each of them, and accept the same sampler without its defect.
 */
import { describe, expect, it, vi } from "vitest";
import { coinDomain, createDrawer, type Drawer } from "./drawer.ts";
import { crowd, headAndTail, lawOf } from "./laws.ts";
import { fit, hitRate, independence, level, totalVariation } from "./significance.ts";

vi.setConfig({ testTimeout: 120_000 });

type Rounding = (x: number) => number;
const exact: Rounding = (x) => x;
const to24Bits: Rounding = (u) => Math.floor(u * 2 ** 24) / 2 ** 24;

const weightsOf = (row: ArrayLike<number>): number[] => {
  const max = Array.from(row).reduce((a, b) => Math.max(a, b), -Infinity);
  return Array.from(row, (x) => Math.exp(x - max));
};

/** Running sums, rounded after each addition. */
function runningSums(weights: readonly number[], round: Rounding): Float64Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((w, id) => {
    sum = round(sum + round(w));
    sums[id] = sum;
  });
  return sums;
}

/** Inversion: the first id whose running sum is above u times the total. */
function invert(sums: Float64Array, u: number): number {
  const target = u * sums.at(-1)!;
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Uniforms of the kernels' generator. */
const uniforms: Drawer = await createDrawer(new Float32Array(1), {});

describe("rejects", () => {
  it("running sums in f32: small tokens after a large one add nothing", () => {
    const [gap, count, draws] = [18, 131071, 30_000];
    const mass = count * Math.exp(-gap);
    const rate = (round: Rounding): number => {
      const sums = runningSums(weightsOf(headAndTail(count, gap)), round);
      let hits = 0;
      for (let i = 0; i < draws; i++) hits += Number(invert(sums, uniforms.uniform(i)) > 0);
      return hitRate(hits, draws, mass / (1 + mass));
    };
    expect(rate(exact)).toBeGreaterThan(level);
    expect(rate(Math.fround)).toBeLessThan(level);
  });

  it("uniforms of 24 bits in the Gumbel-max trick: the largest noise is 16.6", () => {
    const [gap, count, draws] = [18, 131071, 30_000];
    const mass = count * Math.exp(-gap);
    const gumbel = (u: number): number => -Math.log(-Math.log(u));
    const rate = (round: Rounding): number => {
      let hits = 0;
      for (let i = 0; i < draws; i++) {
        // the largest of `count` uniforms, by one uniform; rounding down keeps the order
        const largest = round(uniforms.uniform(i, 1) ** (1 / count));
        hits += Number(gumbel(largest) - gap > gumbel(round(uniforms.uniform(i, 2))));
      }
      return hitRate(hits, draws, mass / (1 + mass));
    };
    expect(rate(exact)).toBeGreaterThan(level);
    expect(rate(to24Bits)).toBeLessThan(level);
  });

  it("approximate weights, up to 6.2 % too large, that are not corrected", () => {
    const row = crowd(600, 0.5, 0);
    const cheap = weightsOf(row).map((w) => {
      const exponent = Math.floor(Math.log2(w));
      return 2 ** exponent * (1 + Math.log2(w) - exponent);
    });
    const test = (weights: readonly number[]): number => {
      const sums = runningSums(weights, exact);
      const counts = new Float64Array(600);
      for (let i = 0; i < 1_000_000; i++) counts[invert(sums, uniforms.uniform(i))]!++;
      return fit(counts, lawOf(row, {}));
    };
    expect(test(weightsOf(row))).toBeGreaterThan(level);
    expect(test(cheap)).toBeLessThan(level);
  });

  it("a nucleus that stops at 0.87 instead of 0.9", () => {
    const row = crowd(600, 0.5, 0);
    const draw = (p: number): Float64Array => {
      const sums = runningSums([...lawOf(row, { topP: p })], exact);
      const counts = new Float64Array(600);
      for (let i = 0; i < 100_000; i++) counts[invert(sums, uniforms.uniform(i))]!++;
      return counts;
    };
    const law = lawOf(row, { topP: 0.9 });
    const right = totalVariation(draw(0.9), law);
    const wrong = totalVariation(draw(0.87), law);
    expect(right.distance).toBeLessThan(right.bound);
    expect(wrong.distance).toBeGreaterThan(wrong.bound);
    expect(fit(draw(0.87), law)).toBeLessThan(level);
  });

  it("a token of probability 0", () => {
    const counts = [500_000, 499_999, 1];
    expect(fit(counts, [0.5, 0.5, 0])).toBe(0);
  });

  const row = Float32Array.from([0, 0.5, -1, 1, 0.2, -0.3, 0.8, -2]);
  const law = lawOf(row, {});
  const sums = runningSums([...law], exact);

  /** p-value of pairs of tokens drawn with two uniforms each. */
  function pairs(uniformsOf: (i: number) => [number, number]): number {
    const table = new Float64Array(64);
    for (let i = 0; i < 100_000; i++) {
      const [u, v] = uniformsOf(i);
      table[8 * invert(sums, u) + invert(sums, v)]!++;
    }
    return independence(table, law, law);
  }

  it("a dropped seed: sequences with other seeds are clones", () => {
    expect(pairs((i) => [uniforms.uniform(i, 0, 0), uniforms.uniform(i, 0, 1)])).toBeGreaterThan(level);
    expect(pairs((i) => [uniforms.uniform(i, 0, 0), uniforms.uniform(i, 0, 0)])).toBeLessThan(level);
  });

  it("a seed that only shifts the position: seed + 1 repeats the tokens one later", () => {
    const shifted = (position: number, seed: number): number => uniforms.uniform(position + seed);
    expect(pairs((i) => [shifted(2 * i + 1, 0), shifted(2 * i, 1)])).toBeLessThan(level);
  });

  it("a generator whose successive uniforms are correlated", () => {
    // x → 65539·x mod 2^31 (RANDU) fails in triples; a multiplier of 3 fails in pairs
    expect(pairs((i) => [uniforms.uniform(i), (3 * uniforms.uniform(i)) % 1])).toBeLessThan(level);
  });

  it("XTC's coin and the draw that share their first uniform", () => {
    const params = { xtcProbability: 0.5, xtcThreshold: 0.1 };
    const acted = runningSums([...lawOf(row, { ...params, xtcProbability: 1 })], exact);
    const mixture = lawOf(row, params);
    const test = (coin: (i: number) => number): number => {
      const counts = new Float64Array(8);
      for (let i = 0; i < 100_000; i++) counts[invert(coin(i) < 0.5 ? acted : sums, uniforms.uniform(i))]!++;
      return fit(counts, mixture);
    };
    expect(test((i) => uniforms.uniform(i, 0, 0, coinDomain))).toBeGreaterThan(level);
    expect(test((i) => uniforms.uniform(i))).toBeLessThan(level);
  });
});
