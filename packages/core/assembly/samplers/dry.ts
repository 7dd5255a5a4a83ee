// DRY: a token that would go on with a repetition is weakened, the more the longer the repetition is. (p-e-w 2024; rules of
// koboldcpp #982 and llama.cpp #9702.) One pass over the window of history: the Z algorithm from its end, in O(window). A
// length beyond which the penalty does not grow needs no telling apart, so the table of lengths is short.
import {
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_LIST,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_NUMBER_2,
} from "../../src/layout";
import { job, plan } from "../memory/job";
import { listKeys, paddedLength, tokenCounts } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { integerPower } from "../numbers/integerPower";
import { logitAt, patch } from "../row/row";

let window: usize = 0;
let windowLength: i32 = 0;

/** The i-th token of the window from its end. */
// @ts-ignore: decorator
@inline
function fromEnd(i: i32): i32 {
  return load<i32>(window + ((<usize>(windowLength - 1 - i)) << 2));
}

// @ts-ignore: decorator
@inline
function countOf(tokenId: i32): usize {
  return tokenCounts + ((<usize>tokenId) << 2);
}

/** integer: how many of the last tokens count, −1 all; flags: allowed length. Numbers: multiplier, base, largest exponent
 *  (0: any). List: sequence breakers. */
export function dry(stage: usize): void {
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const lastN = load<i32>(stage, STAGE_INTEGER);
  const allowedLength = load<i32>(stage, STAGE_FLAGS);
  windowLength = lastN < 0 ? length : min(lastN, length);
  window = <usize>load<u32>(job, JOB_HISTORY) + ((<usize>(length - windowLength)) << 2);
  if (windowLength <= allowedLength) return;
  const breakers = plan + load<i32>(stage, STAGE_LIST);
  const limit = repetitionLimit(breakers);
  if (limit < allowedLength) return;
  const mostExponent = <i32>load<f64>(stage, STAGE_NUMBER_2);
  // what is longer weighs the same; the table is the list's memory, which is unused until the edits are done
  const telling = mostExponent > 0 && mostExponent < limit - allowedLength ? allowedLength + mostExponent : limit;
  measure(min(telling, 2 * paddedLength), allowedLength);
  spareBreakers(breakers);
  const multiplier = load<f64>(stage, STAGE_NUMBER_0);
  const base = load<f64>(stage, STAGE_NUMBER_1);
  for (let i = 0; i < windowLength - 1; i++) {
    const id = fromEnd(i);
    const longest = load<i32>(countOf(id)) - 1;
    if (longest < 0) continue;
    store<i32>(countOf(id), 0);
    const x = logitAt(id);
    if (x > -Infinity) patch(id, toFinite(<f64>x - multiplier * integerPower(base, longest - allowedLength)));
  }
}

/** How many of the last tokens a repetition may have: those after the last breaker. The one that begins last counts, of
 *  those that begin there the longest. */
function repetitionLimit(breakers: usize): i32 {
  markHeads(breakers, 1);
  let limit = windowLength;
  for (let back = 0; back < windowLength; back++) {
    if (load<i32>(countOf(fromEnd(back))) == 0) continue;
    const longest = longestBreakerAt(breakers, back);
    if (longest == 0) continue;
    limit = back - (longest - 1);
    break;
  }
  markHeads(breakers, 0);
  return limit;
}

function markHeads(breakers: usize, mark: i32): void {
  const count = load<i32>(breakers);
  let p = breakers + 4;
  for (let i = 0; i < count; i++) {
    store<i32>(countOf(load<i32>(p, 4)), mark);
    p += ((<usize>load<i32>(p)) << 2) + 4;
  }
}

/** Length of the longest breaker whose head is the token `back` from the end and that is complete; 0: none. */
function longestBreakerAt(breakers: usize, back: i32): i32 {
  const count = load<i32>(breakers);
  let p = breakers + 4;
  let longest = 0;
  for (let i = 0; i < count; i++) {
    const length = load<i32>(p);
    if (length > longest && length <= back + 1) {
      let j = 0;
      while (j < length && load<i32>(p + 4 + ((<usize>j) << 2)) == fromEnd(back - j)) j++;
      if (j == length) longest = length;
    }
    p += ((<usize>length) << 2) + 4;
  }
  return longest;
}

// @ts-ignore: decorator
@inline
function lengthAt(k: i32): i32 {
  return load<i32>(listKeys + ((<usize>k) << 2));
}

/** For each place in the window the length, at most `most`, of what is there and at the end too; its successor's count
 *  becomes the largest such length + 1, if that is at least `least`. */
function measure(most: i32, least: i32): void {
  let left = 0;
  let right = 0; // fromEnd(i) == fromEnd(i − left) for left ≤ i < right
  for (let k = 1; k < windowLength; k++) {
    let n = 0;
    if (k < right) n = min(lengthAt(k - left), right - k);
    if (k + n >= right) {
      while (n < most && k + n < windowLength && fromEnd(n) == fromEnd(k + n)) n++;
      left = k;
      right = k + n;
    }
    if (k < most) store<i32>(listKeys + ((<usize>k) << 2), n);
    if (n < least) continue;
    const count = countOf(fromEnd(k - 1));
    if (load<i32>(count) <= n) store<i32>(count, n + 1);
  }
}

/** Breakers of one token are what ends a repetition: they are never weakened. */
function spareBreakers(breakers: usize): void {
  const count = load<i32>(breakers);
  let p = breakers + 4;
  for (let i = 0; i < count; i++) {
    const length = load<i32>(p);
    if (length == 1) store<i32>(countOf(load<i32>(p, 4)), 0);
    p += ((<usize>length) << 2) + 4;
  }
}
