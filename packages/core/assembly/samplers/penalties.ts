// Repetition, frequency and presence penalty.
import {
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PROMPT_LENGTH,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_NUMBER_2,
} from "../../src/layout";
import {
  PENALTIES_FREQUENCY_SEES_PROMPT,
  PENALTIES_REPETITION_SEES_PROMPT,
} from "../../src/generated/samplerConstants";
import { job } from "../memory/job";
import { tokenCounts } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { logitAt, patch } from "../row/row";

const SEEN = 1 << 30; // in a token's count: it occurred where the repetition penalty looks; below: occurrences

/** Repetition (Keskar 2019: x > 0 → x/r, else x·r), then frequency and presence (OpenAI): x −= freq·count + pres.
 *  integer: how many of the last tokens count, −1 all. Numbers: repetition, frequency, presence. */
export function penalties(stage: usize): void {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const prompt = load<i32>(job, JOB_PROMPT_LENGTH);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  const lastN = load<i32>(stage, STAGE_INTEGER);
  const flags = load<i32>(stage, STAGE_FLAGS);
  const first = lastN < 0 || lastN > length ? 0 : length - lastN;
  const firstSeen = flags & PENALTIES_REPETITION_SEES_PROMPT ? first : max(first, prompt);
  const firstCounted = flags & PENALTIES_FREQUENCY_SEES_PROMPT ? first : max(first, prompt);
  const start = min(firstSeen, firstCounted);
  for (let i = start; i < length; i++) {
    const count = tokenCounts + ((<usize>load<i32>(history + ((<usize>i) << 2))) << 2);
    let value = load<i32>(count);
    if (i >= firstCounted) value++;
    if (i >= firstSeen) value |= SEEN;
    store<i32>(count, value);
  }
  const repetition = load<f64>(stage, STAGE_NUMBER_0);
  const frequency = load<f64>(stage, STAGE_NUMBER_1);
  const presence = load<f64>(stage, STAGE_NUMBER_2);
  for (let i = start; i < length; i++) {
    const id = load<i32>(history + ((<usize>i) << 2));
    const count = tokenCounts + ((<usize>id) << 2);
    const value = load<i32>(count);
    if (value == 0) continue; // done at an earlier occurrence
    store<i32>(count, 0);
    const logit = logitAt(id);
    if (logit == -Infinity) continue;
    let x = <f64>logit;
    if (value & SEEN) x = x > 0 ? x / repetition : x * repetition;
    const occurrences = value & (SEEN - 1);
    if (occurrences > 0) x -= frequency * <f64>occurrences + presence;
    patch(id, toFinite(x));
  }
}
