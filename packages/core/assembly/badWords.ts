// Bans whole token sequences. (HF NoBadWordsLogitsProcessor.)
import { JOB_HISTORY, JOB_HISTORY_LENGTH, STAGE_LIST } from "../src/layout";
import { logitAt, patch } from "./row";

/** List: number of sequences, then of each its length and its ids. The last token of one is out if the others are the end
 *  of the history. */
export function badWords(plan: usize, stage: usize, job: usize): void {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const end = <usize>load<u32>(job, JOB_HISTORY) + ((<usize>length) << 2);
  let word = plan + load<i32>(stage, STAGE_LIST);
  const count = load<i32>(word);
  word += 4;
  for (let i = 0; i < count; i++) {
    const prefixLength = load<i32>(word) - 1;
    const prefix = word + 4;
    const bytes = (<usize>prefixLength) << 2;
    const id = load<i32>(prefix + bytes);
    word = prefix + bytes + 4;
    if (prefixLength > length) continue;
    let j: usize = 0;
    while (j < bytes && load<i32>(prefix + j) == load<i32>(end - bytes + j)) j += 4;
    if (j == bytes && logitAt(id) > -Infinity) patch(id, -Infinity);
  }
}
