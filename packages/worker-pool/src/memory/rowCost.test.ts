import { describe, expect, it } from "vitest";
import { RowCost } from "./rowCost.ts";

describe("RowCost", () => {
  it("is infinite before the first row, then its cost", () => {
    const cost = new RowCost();
    cost.add(0, 1);
    expect(cost.meanMs).toBe(Number.POSITIVE_INFINITY);
    cost.add(4, 2);
    expect(cost.meanMs).toBe(0.5);
  });

  it("forgets half of the past in 64 rows", () => {
    const cost = new RowCost();
    cost.add(1000, 1000);
    cost.add(64, 0);
    expect(cost.meanMs).toBe(0.5);
    cost.add(0, 0);
    expect(cost.meanMs).toBe(0.5);
  });
});
