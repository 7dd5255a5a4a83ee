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

const statesOf = (stageNames: readonly string[]) =>
  stageNames.filter(isSamplerName).flatMap((name) => samplers[name].state ?? []);
