// Repetition, frequency and presence penalty.
import {
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PROMPT_LENGTH,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_LIST,
  STAGE_LIST_COUNT,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_NUMBER_2,
} from "../../src/layout";
import {
  PENALTIES_FREQUENCY_SEES_PROMPT,
  PENALTIES_REPETITION_SEES_PROMPT,
} from "../../src/generated/samplerConstants";
import { job, plan } from "../memory/job";
import { listKeys, tokenCounts } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { logitAt, patch } from "../row/row";

const SEEN = 1 << 30; // in a token's count: it occurred where the repetition penalty looks; below: occurrences

/** Repetition (Keskar 2019: x > 0 → x/r, else x·r), then frequency and presence (OpenAI): x −= freq·count + pres.
 *  integer: how many of the last tokens count, −1 all. Numbers: repetition, frequency, presence. List, unless all of these
 *  count the same: over how many tokens behind them the penalties fade out, and as f32 which part of r − 1 is left for the older
 *  half of the tokens that it sees. A token is then penalised by the weight w of its last occurrence, x·(1 − w) + penalised·w and
 *  pres·w; freq by the sum of all weights. */
export function penalties(stage: usize): void {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const prompt = load<i32>(job, JOB_PROMPT_LENGTH);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  const lastN = load<i32>(stage, STAGE_INTEGER);
  const flags = load<i32>(stage, STAGE_FLAGS);
  const fading = load<i32>(stage, STAGE_LIST_COUNT) != 0 ? plan + load<i32>(stage, STAGE_LIST) : 0;
  const range = fading ? load<i32>(fading) : 0;
  const full = lastN < 0 ? length : min(lastN, length);
  const first = length - <i32>min(<i64>full + max(range - 1, 0), length);
  const firstSeen = flags & PENALTIES_REPETITION_SEES_PROMPT ? first : max(first, prompt);
  const firstCounted = flags & PENALTIES_FREQUENCY_SEES_PROMPT ? first : max(first, prompt);
  const start = min(firstSeen, firstCounted);
  if (fading) weighOccurrences(start, firstCounted, full, range);
  else {
    for (let i = start; i < length; i++) {
      const count = tokenCounts + ((<usize>load<i32>(history + ((<usize>i) << 2))) << 2);
      let value = load<i32>(count);
      if (i >= firstCounted) value++;
      if (i >= firstSeen) value |= SEEN;
      store<i32>(count, value);
    }
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
    if (fading) {
      const weight = fadedWeight(value, full, range);
      if (length - value >= firstSeen) {
        const isNewer = value <= (length - firstSeen + 1) >> 1;
        const factor = isNewer ? repetition : 1 + (repetition - 1) * <f64>load<f32>(fading, 4);
        x = x * (1 - weight) + penalised(x, factor) * weight;
      }
      if (length - value >= firstCounted) x -= frequency * load<f64>(sumOf(id)) + presence * weight;
    } else {
      if (value & SEEN) x = penalised(x, repetition);
      const occurrences = value & (SEEN - 1);
      if (occurrences > 0) x -= frequency * <f64>occurrences + presence;
    }
    patch(id, toFinite(x));
  }
}

// @ts-ignore: decorator
@inline
function penalised(x: f64, repetition: f64): f64 {
  return x > 0 ? x / repetition : x * repetition;
}

/** A token that occurred that many tokens ago weighs 1 up to `full`, then less by 1/range with each. */
// @ts-ignore: decorator
@inline
function fadedWeight(ago: i32, full: i32, range: i32): f64 {
  return ago <= full ? 1 : <f64>(range - (ago - full)) / <f64>range;
}

/** f64 by token id: where keys will be, as there is no list before edits end. The list's weights may be a mask's ids until then. */
// @ts-ignore: decorator
@inline
function sumOf(tokenId: i32): usize {
  return listKeys + ((<usize>tokenId) << 3);
}

/** For each token of the history from `start` on: how many tokens ago it last occurred in `tokenCounts`, and the sum of its weights
 *  from `counted` on in `sumOf`. */
function weighOccurrences(start: i32, counted: i32, full: i32, range: i32): void {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  for (let i = length - 1; i >= start; i--) {
    const id = load<i32>(history + ((<usize>i) << 2));
    const last = tokenCounts + ((<usize>id) << 2);
    if (load<i32>(last) == 0) {
      store<i32>(last, length - i);
      store<f64>(sumOf(id), 0);
    }
    if (i >= counted) store<f64>(sumOf(id), load<f64>(sumOf(id)) + fadedWeight(length - i, full, range));
  }
}
