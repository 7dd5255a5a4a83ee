// No n-gram twice.
import { JOB_HISTORY, JOB_HISTORY_LENGTH, STAGE_INTEGER } from "../../src/layout";
import { job } from "../memory/job";
import { logitAt, patch } from "../row/row";

/** Bans every token that would complete an n-gram that is already in the history. integer: n. (Paulus et al. 2017, arXiv
 *  1705.04304; HF NoRepeatNGramLogitsProcessor.) */
export function noRepeatNgram(stage: usize): void {
  banNgrams(stage, load<i32>(job, JOB_HISTORY_LENGTH));
}

/** The same of the n-grams among the first `searched` tokens of the history. */
export function banNgrams(stage: usize, searched: i32): void {
  const n = load<i32>(stage, STAGE_INTEGER);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  const prefix = (<usize>(n - 1)) << 2;
  const suffix = history + ((<usize>load<i32>(job, JOB_HISTORY_LENGTH)) << 2) - prefix;
  for (let start = 0; start + n <= searched; start++) {
    const p = history + ((<usize>start) << 2);
    let i: usize = 0;
    while (i < prefix && load<i32>(p + i) == load<i32>(suffix + i)) i += 4;
    if (i < prefix) continue;
    const id = load<i32>(p + prefix);
    if (logitAt(id) > -Infinity) patch(id, -Infinity);
  }
}
