/** A budget ends work, of itself or since others are pending. */
import { expect, it } from "vitest";
import { Budget, GrammarBudgetError, HurriedError } from "./budget.ts";

it("is spent with the step after the last", () => {
  const budget = new Budget("work", { steps: 10 });
  budget.spend(10);
  expect(() => budget.spend(1)).toThrow(GrammarBudgetError);
});

it("yields to others at the next look at the clock, after 4,096 steps", () => {
  let isPending = false;
  const unlessWaited = { timeMs: -1, isWaited: () => isPending };
  const budget = new Budget("work", { timeMs: 60_000, unlessWaited });
  budget.spend(4096);
  isPending = true;
  for (let step = 1; step < 4096; step++) budget.spend(1);
  expect(() => budget.spend(1)).toThrow(HurriedError);
});
