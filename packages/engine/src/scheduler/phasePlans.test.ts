import { ExpectedCost, type Plan } from "@tokenmill/worker-pool";
import { expect, it } from "vitest";
import type { Control } from "../control/control.ts";
import { phasePlans } from "./phasePlans.ts";
import { Sequence } from "./sequence.ts";

const planOf = (): Plan => ({
  offsetBytes: 0,
  params: {},
  initialState: undefined,
  stageNames: [],
  hasCustomStages: false,
  customStages: "",
  cost: new ExpectedCost(),
  release() {},
});

it("rows of each phase are expected to cost what rows with its plan did", () => {
  const plan = planOf();
  const plans = [planOf(), planOf()] as const;
  const sequence = new Sequence({
    sequenceId: 1,
    seed: 0n,
    plan: plan,
    phases: phasePlans(plans, undefined),
    promptTokenIds: [],
    outputTokenIds: [],
    maxTokens: 9,
    stops: undefined,
    ignoreEos: true,
    epoch: 0,
    observer: undefined,
  });
  const state: { phase: number | undefined } = { phase: undefined };
  sequence.control = state as Control;
  plans[1].cost.add(5);
  sequence.cost.add(2);
  state.phase = 0;
  expect(sequence.expectedMs).toBe(Infinity);
  sequence.cost.add(3);
  state.phase = 1;
  expect(sequence.expectedMs).toBe(5);
  const costs = [undefined, 0, 1].map((phase) => {
    state.phase = phase;
    return [sequence.rowPlan, sequence.expectedMs];
  });
  expect(costs).toEqual([
    [plan, 2],
    [plans[0], 3],
    [plans[1], 5],
  ]);
});
