// Log-probabilities of the tokens that the plan names: one lookup each, in the order of the plan, behind the most probable ones.
import {
  PLAN_LOGPROBS,
  PLAN_NAMED,
  PLAN_NAMED_COUNT,
  RESULT_NAMED,
  RESULT_NAMED_COUNT,
  RESULT_TOP,
  RESULT_TOP_ENTRY_BYTES,
} from "../../src/layout";
import { peek } from "../blocks/closedBlocks";
import { keyLogit, keyTokenId } from "../list/keys";
import { keyAt, listCount } from "../list/list";
import { plan, result } from "../memory/job";
import { tokenProbs } from "../memory/workspace";
import { row } from "../row/row";
import { isListed } from "../sparse/rest";
import { logprobOf } from "./logprobOf";

/** How many tokens the plan names. */
// @ts-ignore: decorator
@inline
export function namedCount(): i32 {
  return load<i32>(plan, PLAN_NAMED_COUNT);
}

// @ts-ignore: decorator
@inline
function namedIdAt(index: i32): i32 {
  return load<i32>(plan + load<i32>(plan, PLAN_NAMED) + ((<usize>index) << 2));
}

/** Of the row as it stands, where what is above `floor` counts. */
export function writeNamedOfRow(floor: f32, largest: f64, scale: f64, logMass: f64): void {
  const count = namedCount();
  const target = startNamed(count);
  for (let i = 0; i < count; i++) {
    const x = peek(row, namedIdAt(i));
    writeNamed(target, i, x > floor ? logprobOf(x, largest, scale, logMass) : -Infinity);
  }
}

/** Of the list. `tokenProbs`, which nothing reads after a draw, finds its logits by token id. */
export function writeNamedOfList(largest: f64, scale: f64, logMass: f64): void {
  const count = namedCount();
  const target = startNamed(count);
  for (let i = 0; i < count; i++) store<f32>(tokenProbs + ((<usize>namedIdAt(i)) << 2), -Infinity);
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    store<f32>(tokenProbs + ((<usize>keyTokenId(key)) << 2), keyLogit(key));
  }
  for (let i = 0; i < count; i++) {
    const x = load<f32>(tokenProbs + ((<usize>namedIdAt(i)) << 2));
    writeNamed(target, i, x > -Infinity ? logprobOf(x, largest, scale, logMass) : -Infinity);
  }
}

/** How many of them the sparse row lists. */
export function namedListed(): i32 {
  let listed = 0;
  for (let i = 0; i < namedCount(); i++) listed += <i32>isListed(namedIdAt(i));
  return listed;
}

/** Where their log-probabilities go. */
function startNamed(count: i32): usize {
  const offset = RESULT_TOP + load<i32>(plan, PLAN_LOGPROBS) * RESULT_TOP_ENTRY_BYTES;
  store<i32>(result, count, RESULT_NAMED_COUNT);
  store<i32>(result, offset, RESULT_NAMED);
  return result + offset;
}

// @ts-ignore: decorator
@inline
function writeNamed(target: usize, index: i32, logprob: f64): void {
  store<f64>(target + ((<usize>index) << 3), logprob);
}
