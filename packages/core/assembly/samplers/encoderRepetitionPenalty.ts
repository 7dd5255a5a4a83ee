// Tokens of the prompt are favoured, or weakened.
import { JOB_HISTORY, JOB_PROMPT_LENGTH, STAGE_NUMBER_0 } from "../../src/layout";
import { job } from "../memory/job";
import { tokenCounts } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { logitAt, patch } from "../row/row";

/** x > 0 → x·factor, else x/factor, once for each token of the prompt. Numbers: factor. (HF
 *  EncoderRepetitionPenaltyLogitsProcessor.) */
export function encoderRepetitionPenalty(stage: usize): void {
  const factor = load<f64>(stage, STAGE_NUMBER_0);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  const end = history + ((<usize>load<i32>(job, JOB_PROMPT_LENGTH)) << 2);
  for (let p = history; p < end; p += 4) {
    const id = load<i32>(p);
    const seen = tokenCounts + ((<usize>id) << 2);
    if (load<i32>(seen) != 0) continue;
    store<i32>(seen, 1);
    const x = <f64>logitAt(id);
    if (x > -Infinity) patch(id, toFinite(x > 0 ? x * factor : x / factor));
  }
  for (let p = history; p < end; p += 4) store<i32>(tokenCounts + ((<usize>load<i32>(p)) << 2), 0);
}
