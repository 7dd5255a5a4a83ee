// Bans whole token sequences. (HF NoBadWordsLogitsProcessor; vLLM `ops/bad_words.py`.)
import { JOB_HISTORY, JOB_HISTORY_LENGTH, JOB_PROMPT_LENGTH, STAGE_FLAGS, STAGE_LIST } from "../../src/layout";
import { BAD_WORDS_SKIP_PROMPT } from "../../src/generated/samplerConstants";
import { job, plan } from "../memory/job";
import { logitAt, patch } from "../row/row";

/** List: number of sequences, then of each its length and its ids. The last token of one is out if the others are the end
 *  of the history; with a flag, of what comes after the prompt. */
export function badWords(stage: usize): void {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const end = <usize>load<u32>(job, JOB_HISTORY) + ((<usize>length) << 2);
  const skipped = load<i32>(stage, STAGE_FLAGS) & BAD_WORDS_SKIP_PROMPT ? load<i32>(job, JOB_PROMPT_LENGTH) : 0;
  let word = plan + load<i32>(stage, STAGE_LIST);
  const count = load<i32>(word);
  word += 4;
  for (let i = 0; i < count; i++) {
    const prefixLength = load<i32>(word) - 1;
    const prefix = word + 4;
    const bytes = (<usize>prefixLength) << 2;
    const id = load<i32>(prefix + bytes);
    word = prefix + bytes + 4;
    if (prefixLength > length - skipped) continue;
    let j: usize = 0;
    while (j < bytes && load<i32>(prefix + j) == load<i32>(end - bytes + j)) j += 4;
    if (j == bytes && logitAt(id) > -Infinity) patch(id, -Infinity);
  }
}
