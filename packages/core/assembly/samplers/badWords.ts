// Bans whole token sequences. (HF NoBadWordsLogitsProcessor; vLLM `ops/bad_words.py`.)
import { JOB_PROMPT_LENGTH, STAGE_FLAGS, STAGE_LIST } from "../../src/layout";
import { BAD_WORDS_SKIP_PROMPT } from "../../src/generated/samplerConstants";
import { job, plan } from "../memory/job";
import { isBegun, lastIdOf } from "../memory/sequences";
import { logitAt, patch } from "../row/row";

/** List: number of sequences, then of each its length and its ids. The last token of one is out if the others are the end
 *  of the history; with a flag, of what comes after the prompt. */
export function badWords(stage: usize): void {
  const skipped = load<i32>(stage, STAGE_FLAGS) & BAD_WORDS_SKIP_PROMPT ? load<i32>(job, JOB_PROMPT_LENGTH) : 0;
  const list = plan + load<i32>(stage, STAGE_LIST);
  let sequence = list + 4;
  for (let i = load<i32>(list); i > 0; i--) {
    const last = lastIdOf(sequence);
    const id = load<i32>(last);
    if (isBegun(sequence, skipped) && logitAt(id) > -Infinity) patch(id, -Infinity);
    sequence = last + 4;
  }
}
