import { describe, expect, it } from "vitest";
import { Random } from "../random/random.ts";
import { estimate, studentT975 } from "./statistics.ts";
import { steadyState } from "./steadyState.ts";

describe("statistics", () => {
  // scipy.stats.t.ppf(0.975, n), to five digits.
  it.each([
    [1, 12.7062],
    [2, 4.30265],
    [3, 3.18245],
    [4, 2.77645],
    [9, 2.26216],
    [30, 2.04227],
  ])("Student's t for %i degrees is %f within 0.2 %%", (degrees, expected) => {
    expect(Math.abs(studentT975(degrees) / expected - 1)).toBeLessThan(0.002);
  });

  it("95 % intervals of 5 normal values hold the mean in 93 … 97 % of 4,000 cases", () => {
    const random = new Random(1, "coverage");
    let held = 0;
    for (let i = 0; i < 4000; i++) {
      const { mean, halfWidth } = estimate(Array.from({ length: 5 }, () => random.normal()));
      if (Math.abs(mean) <= halfWidth!) held++;
    }
    expect(held / 4000).toBeGreaterThan(0.93);
    expect(held / 4000).toBeLessThan(0.97);
  });
});

describe("steady state", () => {
  const random = new Random(2, "steady");
  const noisy = (mean: number, count: number): number[] => Array.from({ length: count }, () => mean + random.normal());

  it("drops a slow beginning and keeps the rest", () => {
    const state = steadyState([...noisy(10, 8), ...noisy(100, 40)], 1000, 500)!;
    expect(state.fromMs).toBe(1000 + 8 * 500);
    expect(Math.abs(state.perSecond - 200)).toBeLessThan(2);
    expect(state.isSteady).toBe(true);
  });

  it("is not found where the rate falls to half", () => {
    expect(steadyState([...noisy(100, 20), ...noisy(50, 20)], 0, 500)!.isSteady).toBe(false);
  });

  it("is not judged from fewer than eight slices", () => {
    expect(steadyState([1, 1, 1, 1, 1, 1, 1], 0, 500)).toBeUndefined();
  });
});
