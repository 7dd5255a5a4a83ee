import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { naturalLog } from "./naturalLog.ts";

describe("naturalLog", () => {
  it("is within 2e-16 relative of Math.log", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), (x) => {
        const expected = Math.log(x);
        if (!Number.isFinite(expected)) return naturalLog(x) === expected;
        return Math.abs(naturalLog(x) - expected) <= 2.3e-16 * Math.abs(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it("knows its special values", () => {
    expect(naturalLog(1)).toBe(0);
    expect(naturalLog(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(naturalLog(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(naturalLog(-1)).toBeNaN();
    expect(naturalLog(Number.NaN)).toBeNaN();
    expect(naturalLog(5e-324)).toBe(-744.4400719213812);
  });

  // Bits recorded once: the same on every machine and engine, unlike Math.log.
  it("gives recorded bits", () => {
    expect([2, 10, 0.1, 50_257, 1 / 3].map(naturalLog)).toEqual([
      0.6931471805599453, 2.302585092994046, -2.3025850929940455, 10.82490511970208, -1.0986122886681098,
    ]);
  });
});
