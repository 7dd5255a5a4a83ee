import { describe, expect, it } from "vitest";
import { gTest } from "./gTest.ts";
import { chiSquareTail } from "./incompleteGamma.ts";

describe("chiSquareTail", () => {
  it("is e^(-x/2) for 2 degrees, and its finite sum for even ones", () => {
    for (const x of [0.01, 1, 5, 30, 200]) {
      expect(chiSquareTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 10);
      expect(chiSquareTail(x, 4) / (Math.exp(-x / 2) * (1 + x / 2))).toBeCloseTo(1, 10);
    }
  });

  // critical values of the 5 % and 0.1 % level: NIST/SEMATECH e-Handbook 1.3.6.7.4, three decimals
  it.each([
    [1, 3.841, 10.828],
    [10, 18.307, 29.588],
    [100, 124.342, 149.449],
  ])("%i degrees: tables give 0.05 at %d and 0.001 at %d", (degrees, fivePercent, onePerMille) => {
    expect(chiSquareTail(fivePercent, degrees)).toBeCloseTo(0.05, 4);
    expect(chiSquareTail(onePerMille, degrees)).toBeCloseTo(0.001, 6);
  });
});

describe("gTest", () => {
  it("is 2 Σ o ln(o / e) with one degree less than cells", () => {
    const { statistic, degreesOfFreedom } = gTest([30, 70], [50, 50]);
    expect(statistic).toBeCloseTo(2 * (30 * Math.log(0.6) + 70 * Math.log(1.4)), 12);
    expect(degreesOfFreedom).toBe(1);
  });

  it("pools cells that expect fewer than 5, and rejects what cannot happen", () => {
    expect(gTest([90, 2, 3, 5], [90, 3, 3, 4]).degreesOfFreedom).toBe(1);
    expect(gTest([99, 1], [100, 0]).pValue).toBe(0);
    expect(gTest([100, 0], [100, 0]).pValue).toBe(1);
  });
});
