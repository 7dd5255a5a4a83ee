import { describe, expect, it } from "vitest";
import type { ArrivalLaw, RatePiece } from "../scenario/laws.ts";
import { arrivalTimes } from "./arrivals.ts";
import { expectedArrivals } from "./rateProfile.ts";

const steady: readonly RatePiece[] = [{ durationMs: 1e9, from: 100, to: 100 }];
const options = { burstiness: 1, pieces: steady, count: 20_000, seed: 5 };

function gaps(times: Float64Array): number[] {
  return Array.from(times.subarray(1), (time, i) => time - times[i]!);
}

/** Kolmogorov–Smirnov: √n times the largest distance; above 1.95 with probability 0.001 under the law. */
function ksStatistic(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const distance = sorted.reduce(
    (max, x, i) => Math.max(max, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n)),
    0,
  );
  return distance * Math.sqrt(n);
}

describe("arrival times", () => {
  it("constant arrivals at 100/s are 10 ms apart, from 0 on", () => {
    const times = arrivalTimes({ ...options, law: "constant" });
    expect(times[0]).toBe(0);
    expect(Math.max(...gaps(times).map((gap) => Math.abs(gap - 10)))).toBeLessThan(1e-6);
  });

  it("Poisson gaps follow the exponential law (Kolmogorov–Smirnov, α = 0.001)", () => {
    const statistic = ksStatistic(gaps(arrivalTimes({ ...options, law: "poisson" })), (x) => 1 - Math.exp(-x / 10));
    expect(statistic).toBeLessThan(1.95);
  });

  it("Poisson gaps do not follow an exponential law with a 5 % longer mean: the test can tell", () => {
    const statistic = ksStatistic(gaps(arrivalTimes({ ...options, law: "poisson" })), (x) => 1 - Math.exp(-x / 10.5));
    expect(statistic).toBeGreaterThan(1.95);
  });

  it("gamma gaps with burstiness 2 follow Erlang 2 (Kolmogorov–Smirnov, α = 0.001)", () => {
    const erlang2 = (x: number): number => 1 - Math.exp(-x / 5) * (1 + x / 5);
    expect(ksStatistic(gaps(arrivalTimes({ ...options, law: "gamma", burstiness: 2 })), erlang2)).toBeLessThan(1.95);
  });

  it.each([0.25, 0.5, 1, 4])(
    "gamma gaps with burstiness %f have the rate's mean and variance mean²/burstiness within 6 %",
    (burstiness) => {
      const all = gaps(arrivalTimes({ ...options, law: "gamma", burstiness }));
      const mean = all.reduce((a, b) => a + b) / all.length;
      const variance = all.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / all.length;
      expect(mean / 10).toBeGreaterThan(0.97);
      expect(mean / 10).toBeLessThan(1.03);
      expect((variance * burstiness) / 100).toBeGreaterThan(0.9);
      expect((variance * burstiness) / 100).toBeLessThan(1.1);
    },
  );

  it.each<ArrivalLaw>(["constant", "poisson", "gamma"])("%s arrivals come from the seed alone", (law) => {
    const once = arrivalTimes({ ...options, law, count: 500 });
    expect(arrivalTimes({ ...options, law, count: 500 })).toEqual(once);
    const isSame = arrivalTimes({ ...options, law, count: 500, seed: 6 }).every((time, i) => time === once[i]);
    expect(isSame).toBe(law === "constant");
  });

  it("a ramp from 0 to 200/s in 10 s puts a quarter of its 1,000 requests into the first half", () => {
    const pieces = [{ durationMs: 10_000, from: 0, to: 200 }];
    const times = arrivalTimes({ ...options, law: "constant", pieces, count: undefined });
    expect(expectedArrivals(pieces)).toBe(1000);
    expect(times.length).toBe(1000);
    expect(times.filter((time) => time < 5000).length).toBe(250);
  });

  it("a piece without requests is skipped, and times go on behind it", () => {
    const pieces = [
      { durationMs: 1000, from: 10, to: 10 },
      { durationMs: 1000, from: 0, to: 0 },
      { durationMs: 1000, from: 10, to: 10 },
    ];
    const times = arrivalTimes({ ...options, law: "constant", pieces, count: undefined });
    expect(times.length).toBe(20);
    expect([...times].filter((time) => time >= 1000 && time < 2000)).toEqual([]);
  });
});
