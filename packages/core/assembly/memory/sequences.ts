// Lists of token sequences in a plan, each its length and its ids, beside the history.
import { JOB_HISTORY, JOB_HISTORY_LENGTH } from "../../src/layout";
import { job } from "./job";

/** Whether all ids of the sequence but the last are the end of the history after its first `skipped` tokens. */
export function isBegun(sequence: usize, skipped: i32): bool {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const before = load<i32>(sequence) - 1;
  if (before > length - skipped) return false;
  const end = <usize>load<u32>(job, JOB_HISTORY) + ((<usize>length) << 2);
  const bytes = (<usize>before) << 2;
  let i: usize = 0;
  while (i < bytes && load<i32>(sequence + 4 + i) == load<i32>(end - bytes + i)) i += 4;
  return i == bytes;
}

/** Address of its last id, behind which the next sequence begins. */
// @ts-ignore: decorator
@inline
export function lastIdOf(sequence: usize): usize {
  return sequence + ((<usize>load<i32>(sequence)) << 2);
}
