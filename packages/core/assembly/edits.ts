// Stages that change single logits: bias, bans, penalties. Only the tokens they name are touched.
import {
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  PENALTY_FREQUENCY_SEES_PROMPT,
  PENALTY_REPETITION_SEES_PROMPT,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_LIST,
  STAGE_LIST_COUNT,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_NUMBER_2,
} from "../src/layout";
import { toFinite } from "./floats";
import { allowOnly, logitAt, patch } from "./row";
import { tokenCounts } from "./workspace";

/** List: ids i32[n], then biases f32[n], −Infinity bans. x += bias. */
export function logitBias(plan: usize, stage: usize): void {
  const count = load<i32>(stage, STAGE_LIST_COUNT);
  const ids = plan + load<i32>(stage, STAGE_LIST);
  const biases = ids + ((<usize>count) << 2);
  for (let i: usize = 0; i < <usize>count; i++) {
    const id = load<i32>(ids + i * 4);
    const bias = load<f32>(biases + i * 4);
    const x = logitAt(id);
    if (x > -Infinity) patch(id, bias == -Infinity ? -Infinity : toFinite(<f64>x + <f64>bias));
  }
}

/** List: ids i32[n], ascending, distinct. All others are out. */
export function allowedTokenIds(plan: usize, stage: usize): void {
  allowOnly(plan + load<i32>(stage, STAGE_LIST), load<i32>(stage, STAGE_LIST_COUNT));
}

/** List: ids i32[n]. They are out. */
export function bannedTokenIds(plan: usize, stage: usize): void {
  const count = load<i32>(stage, STAGE_LIST_COUNT);
  const ids = plan + load<i32>(stage, STAGE_LIST);
  for (let i: usize = 0; i < <usize>count; i++) patch(load<i32>(ids + i * 4), -Infinity);
}

/** List: ids that end a sequence. They are out until `integer` tokens are. */
export function minTokens(plan: usize, stage: usize, job: usize): void {
  if (load<i32>(job, JOB_POSITION) < load<i32>(stage, STAGE_INTEGER)) bannedTokenIds(plan, stage);
}

const SEEN = 1 << 30; // in a token's count: it occurred where the repetition penalty looks; below: occurrences

/** Repetition (Keskar 2019: x > 0 → x/r, else x·r), then frequency and presence (OpenAI): x −= freq·count + pres.
 *  integer: how many of the last tokens count, −1 all. Numbers: repetition, frequency, presence. */
export function penalties(stage: usize, job: usize): void {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const prompt = load<i32>(job, JOB_PROMPT_LENGTH);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  const lastN = load<i32>(stage, STAGE_INTEGER);
  const flags = load<i32>(stage, STAGE_FLAGS);
  const first = lastN < 0 || lastN > length ? 0 : length - lastN;
  const firstSeen = flags & PENALTY_REPETITION_SEES_PROMPT ? first : max(first, prompt);
  const firstCounted = flags & PENALTY_FREQUENCY_SEES_PROMPT ? first : max(first, prompt);
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

/** Bans every token that would complete an n-gram that is already in the history. integer: n. (Paulus et al. 2017, arXiv
 *  1705.04304; HF NoRepeatNGramLogitsProcessor.) */
export function noRepeatNgram(stage: usize, job: usize): void {
  const n = load<i32>(stage, STAGE_INTEGER);
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  const prefix = (<usize>(n - 1)) << 2;
  const suffix = history + ((<usize>length) << 2) - prefix;
  for (let start = 0; start + n <= length; start++) {
    const p = history + ((<usize>start) << 2);
    let i: usize = 0;
    while (i < prefix && load<i32>(p + i) == load<i32>(suffix + i)) i += 4;
    if (i < prefix) continue;
    const id = load<i32>(p + prefix);
    if (logitAt(id) > -Infinity) patch(id, -Infinity);
  }
}
