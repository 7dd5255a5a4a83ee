// The sampling mask: which tokens the drawn one was drawn from, after everything in the chain, by ascending id. It is read off what
// the draw was made from, the list or the dense row above its floor, so that it is that very set, equals included.
import {
  BLOCK_ELEMENTS,
  JOB_FIRST_STAGE,
  PLAN_LOGPROBS,
  PLAN_NAMED_COUNT,
  PLAN_SAMPLING_MASK,
  RESULT_HOLDS,
  RESULT_HOLDS_MASK,
  RESULT_MASK,
  RESULT_MASK_COUNT,
  RESULT_TOP,
  RESULT_TOP_ENTRY_BYTES,
  STATUS_OK,
} from "../../src/layout";
import { countAtLeast } from "../list/count";
import { gatherAbove } from "../list/gather";
import { keyTokenId } from "../list/keys";
import { keyAt, listCount } from "../list/list";
import { job, plan, result } from "../memory/job";
import { paddedLength, tokenProbs } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { floor, isDense, row } from "../row/row";
import { hasRest } from "../sparse/rest";
import { maskTooLarge } from "../sparse/shortfall";

/** How many tokens of the row as it came can be drawn; −1: that is not known. */
let drawableCount: i32 = -1;

/** Whether the plan wants one. */
// @ts-ignore: decorator
@inline
export function wantsMask(): bool {
  return load<i32>(plan, PLAN_SAMPLING_MASK) > 0;
}

/** With the row as it came. */
export function startMask(): void {
  const isKnown = !hasRest && load<i32>(job, JOB_FIRST_STAGE) == 0;
  drawableCount = isKnown ? countAbove(-Infinity) : -1;
}

/** After the draw, while what it was made from stands. Returns a status. */
export function writeMask(): i32 {
  const count = isDense ? countAbove(floor) : listCount;
  const isAll = count == drawableCount;
  const capacity = load<i32>(plan, PLAN_SAMPLING_MASK);
  if (!isAll && count > capacity) return maskTooLarge(count, capacity);
  const offset =
    RESULT_TOP +
    max(load<i32>(plan, PLAN_LOGPROBS), 0) * RESULT_TOP_ENTRY_BYTES +
    load<i32>(plan, PLAN_NAMED_COUNT) * 8;
  store<i32>(result, isAll ? -1 : count, RESULT_MASK_COUNT);
  store<i32>(result, offset, RESULT_MASK);
  store<i32>(result, load<i32>(result, RESULT_HOLDS) | RESULT_HOLDS_MASK, RESULT_HOLDS);
  if (isAll) return STATUS_OK;
  if (isDense) writeRow(result + offset);
  else writeList(result + offset);
  return STATUS_OK;
}

/** How many elements of the row are above it. */
function countAbove(logit: f32): i32 {
  return countAtLeast(row, -floatBelow(-logit));
}

function writeRow(target: usize): void {
  gatherAbove(row, floor);
  for (let i = 0; i < listCount; i++) store<i32>(target + ((<usize>i) << 2), keyTokenId(keyAt(i)));
}

/** The list stays in its order, which sums of its weights depend on. `tokenProbs`, which nothing reads after a draw, has a bit a
 *  token. */
function writeList(target: usize): void {
  const bytes = <usize>paddedLength / 8;
  memory.fill(tokenProbs, 0, bytes);
  for (let i = 0; i < listCount; i++) {
    const tokenId = keyTokenId(keyAt(i));
    const word = tokenProbs + ((<usize>tokenId / BLOCK_ELEMENTS) << 3);
    store<u64>(word, load<u64>(word) | ((<u64>1) << (tokenId & (BLOCK_ELEMENTS - 1))));
  }
  for (let at: usize = 0; at < bytes; at += 8) {
    for (let bits = load<u64>(tokenProbs + at); bits != 0; bits &= bits - 1, target += 4) {
      store<i32>(target, <i32>(at << 3) + <i32>ctz(bits));
    }
  }
}
