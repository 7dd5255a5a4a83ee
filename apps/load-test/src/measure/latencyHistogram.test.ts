import { describe, expect, it } from "vitest";
import { Random } from "../random/random.ts";
import { LatencyHistogram } from "./latencyHistogram.ts";

const percentiles = [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 100];

/** The smallest value with at least that share of all values at or below it. */
function exact(sorted: readonly number[], percentile: number): number {
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length - 1e-9) - 1)]!;
}

/** From microseconds to minutes. */
function latencies(seed: number, count: number): number[] {
  const random = new Random(seed, "latencies");
  return Array.from({ length: count }, () => Math.exp(random.normal() * 3));
}

describe("latency histogram", () => {
  it.each([
    [3, 1e-3],
    [2, 1e-2],
  ] as const)("with %i digits gives percentiles within %f of the sorted values", (digits, tolerance) => {
    const values = [...latencies(1, 20_000), 3_000_000];
    const histogram = new LatencyHistogram(digits);
    for (const value of values) histogram.record(value);
    const sorted = values.sort((a, b) => a - b);
    for (const percentile of percentiles) {
      const expected = exact(sorted, percentile);
      // Values are kept in whole nanoseconds.
      expect(Math.abs(histogram.percentile(percentile) - expected), `p${percentile}`).toBeLessThan(
        tolerance * expected + 1e-6,
      );
    }
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(histogram.summary().mean / mean - 1)).toBeLessThan(tolerance);
  });

  it("merged from three encoded parts equals the one of all values", () => {
    const whole = new LatencyHistogram(3);
    const merged = new LatencyHistogram(3);
    for (const seed of [1, 2, 3]) {
      const part = new LatencyHistogram(3);
      for (const value of latencies(seed, 1000)) {
        part.record(value);
        whole.record(value);
      }
      merged.add(LatencyHistogram.decode(part.encode()));
    }
    expect(merged.buckets()).toEqual(whole.buckets());
    for (const percentile of percentiles)
      expect(Math.abs(merged.percentile(percentile) / whole.percentile(percentile) - 1)).toBeLessThan(1e-3);
  });

  it("without values has zeros, and buckets hold every value once", () => {
    expect(new LatencyHistogram(3).summary()).toMatchObject({ count: 0, p50: 0, max: 0, mean: 0 });
    const histogram = new LatencyHistogram(3);
    for (const value of [0, 0.5, 0.5, 10]) histogram.record(value);
    expect(histogram.buckets().map(({ count }) => count)).toEqual([1, 2, 1]);
    for (const { fromMs, toMs } of histogram.buckets()) expect(toMs).toBeGreaterThan(fromMs);
  });
});
