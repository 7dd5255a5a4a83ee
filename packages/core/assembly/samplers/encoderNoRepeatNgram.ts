// No n-gram of the prompt.
import { JOB_PROMPT_LENGTH } from "../../src/layout";
import { job } from "../memory/job";
import { banNgrams } from "./noRepeatNgram";

/** Bans every token that would complete an n-gram of the prompt. integer: n. (HF EncoderNoRepeatNGramLogitsProcessor.) */
export function encoderNoRepeatNgram(stage: usize): void {
  banNgrams(stage, load<i32>(job, JOB_PROMPT_LENGTH));
}
