/** What stateful stages remember of a sequence: where it starts from, and whether numbers are a state of a plan. */
import { checkList, refuse } from "@tokenmill/check";
import type { SamplingParams } from "../params/samplingParams.ts";
import { stateNumbers } from "../records/state.ts";
import { isSamplerName, samplers } from "../samplers/table.ts";

/** Undefined if no stage remembers anything. */
export function initialStateOf(stageNames: readonly string[], params: SamplingParams): readonly number[] | undefined {
  const stateful = statesOf(stageNames);
  if (stateful.length === 0) return undefined;
  const state = new Array<number>(stateNumbers).fill(0);
  for (const { first, initial } of stateful) {
    initial(params).forEach((x, i) => (state[first + i] = x));
  }
  return state;
}

/** @throws TypeError, RangeError for what is no state of these stages, such as the state of another plan. */
export function checkStateOf(stageNames: readonly string[], name: string, state: ArrayLike<number>): void {
  checkList(name, state, stateNumbers, "finite numbers");
  const numbers = Array.from(state);
  numbers.forEach((x, i) => {
    if (!Number.isFinite(x)) refuse(`${name}[${i}]`, "finite number", x, typeof x !== "number");
  });
  const isOwned = new Array<boolean>(stateNumbers).fill(false);
  for (const { first, count, accepts } of statesOf(stageNames)) {
    isOwned.fill(true, first, first + count);
    if (!accepts(numbers.slice(first, first + count))) refuse(name, "a state of this plan's stages", state, false);
  }
  numbers.forEach((x, i) => {
    if (x !== 0 && !isOwned[i]) refuse(`${name}[${i}]`, "0, as no stage of this plan remembers it", x, false);
  });
}

/** A plan, as far as states are about it. */
export interface StatefulPlan {
  readonly stageNames: readonly string[];
  readonly initialState: readonly number[] | undefined;
}

/**
 * What the stages of `plan` remember of a sequence that was drawn by `before` so far: those that both have go on from their
 * numbers, the others begin. Undefined if no stage remembers anything.
 */
export function stateFor(
  plan: StatefulPlan,
  before: StatefulPlan,
  state: ArrayLike<number>,
): readonly number[] | undefined {
  const { stageNames, initialState } = plan;
  if (!initialState) return undefined;
  const numbers = [...initialState];
  for (const { first, count } of statesOf(stageNames.filter((name) => before.stageNames.includes(name)))) {
    for (let i = first; i < first + count; i++) numbers[i] = state[i]!;
  }
  return numbers;
}

const statesOf = (stageNames: readonly string[]) =>
  stageNames.filter(isSamplerName).flatMap((name) => samplers[name].state ?? []);
