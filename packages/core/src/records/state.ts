/** What stateful stages remember of a sequence: f64 numbers, in its job before a step and in the result after it. */
import { STATE_NUMBERS } from "../layout.ts";
import type { RecordViews } from "./views.ts";

export const stateNumbers: number = STATE_NUMBERS;

/** @param at byte offset of the state in its record */
export function writeState({ f64 }: RecordViews, at: number, state: ArrayLike<number>): void {
  for (let i = 0; i < state.length; i++) f64[(at >>> 3) + i] = state[i]!;
}

export function readState({ f64 }: RecordViews, at: number, into: Float64Array): void {
  for (let i = 0; i < STATE_NUMBERS; i++) into[i] = f64[(at >>> 3) + i]!;
}
