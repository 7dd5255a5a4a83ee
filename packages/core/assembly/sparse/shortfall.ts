// Which stage needed more of a sparse row than it lists, and how much; or how much room a sampling mask needed.
import { STATUS_ROW_TOO_SPARSE, STATUS_SAMPLING_MASK_TOO_LARGE } from "../../src/layout";

/** In place of an opcode. */
export const SHORT_OF_DRAW = 0;
export const SHORT_OF_LOGPROBS = -1;
export const SHORT_OF_NAMED = -2;

export let shortStage: i32 = 0;
export let shortNeeded: f64 = 0;
export let shortCovered: f64 = 0;

/** Returns the status. NaN: not known. */
export function tooSparse(stage: i32, needed: f64, covered: f64): i32 {
  shortStage = stage;
  shortNeeded = needed;
  shortCovered = covered;
  return STATUS_ROW_TOO_SPARSE;
}

/** Returns the status. */
export function maskTooLarge(count: i32, capacity: i32): i32 {
  shortNeeded = <f64>count;
  shortCovered = <f64>capacity;
  return STATUS_SAMPLING_MASK_TOO_LARGE;
}
