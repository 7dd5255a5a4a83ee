/** What a sum of f32 cannot say of the rest is bounded by the largest logit that is not listed. */
import { expect, it } from "vitest";
import { sparseRowOf } from "./sparseRowOf.ts";

const rowOf = (logits: number[], totalLogitWeight: number) =>
  sparseRowOf({ next: { logits: new Map(logits.map((x, i) => [i + 7, x])), totalLogitWeight } }, 100);

it("lists all but the last, and weighs the others by the total", () => {
  const { tokenIds, logits, restLogSumExp } = rowOf([3, 2, 1], 1 + Math.exp(-1) + 0.5);
  expect({ tokenIds, logits }).toEqual({ tokenIds: [7, 8], logits: [3, 2] });
  expect(restLogSumExp).toBeCloseTo(3 + Math.log(0.5), 12);
});

it.each([
  ["less than nothing", [30, 2, 1], 1, 1],
  ["more than it can be", [3, 2, -30], 2, -30 + Math.log(98)],
  ["nothing where all others are banned", [3, 2, -Infinity], 1 + Math.exp(-1), -Infinity],
])("a rest of %s is what it may be", (_, logits, total, expected) => {
  expect(rowOf(logits, total).restLogSumExp).toBe(expected);
});

it("lists none of those that equal the largest that is not listed", () => {
  expect(rowOf([3, 2, 2, 2], 5).tokenIds).toEqual([7]);
  expect(rowOf([2, 2, 2], 50)).toEqual({ tokenIds: [], logits: [], restLogSumExp: 2 + Math.log(50) });
});

it("a row of which a logit is NaN is NaN", () => {
  expect(rowOf([3, 2, 1], Number.NaN)).toEqual({ tokenIds: [7], logits: [Number.NaN], restLogSumExp: -Infinity });
});
