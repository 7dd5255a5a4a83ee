// Min-k: of the logits in descending order, x_1 ≥ … ≥ x_n, it keeps those before the largest (x_i − x_(i+1)) / i, the
// first of equals, and at least ⌊τ / (x_1 − x_n)⌋. (Ding et al. 2026, arXiv 2604.11012.) What comes after rank i falls by
// no more than (x_(i+1) − x_n) / (i + 1), so the search ends early: of a row it needs the smallest logit and a few largest.
import { BLOCK_ELEMENTS, STAGE_NUMBER_0 } from "../../src/layout";
import { bf16Row, passBlock, readBlock } from "../blocks/closedBlocks";
import { bytesOf16, fourOf16 } from "../blocks/widen";
import { gatherLargest } from "../list/gatherLargest";
import { keyLogit } from "../list/keys";
import { keepAbove, keepSorted, keyAt, listCount, listMax } from "../list/list";
import { sortLargest } from "../list/select";
import { blockMax, paddedLength, vocabularySize } from "../memory/workspace";
import { largestLane, min4 } from "../numbers/vectors";
import { beta, floor, isDense, listAll, row, useList } from "../row/row";
import { rowMax } from "../row/scan";
import { scanLeast } from "../row/scanLeast";

/** How many logits are put in order first, and by what factor more if they do not do. */
const FIRST = 64;
const MORE = 8;
/** Of a row, no more than this many are picked out; after that all are listed. */
const MOST_OF_ROW = 1024;

/** Number: τ. */
export function minK(stage: usize): void {
  const tau = load<f64>(stage, STAGE_NUMBER_0);
  const count = isDense ? vocabularySize : listCount;
  const least = isDense ? leastAboveFloor() : leastOfList();
  const range = <f64>(isDense ? rowMax : listMax()) - <f64>least;
  if (range == 0) return;
  const wanted = tau > 0 ? <i32>min(tau / (range * beta), <f64>count) : 0;
  if (wanted == count) return;
  for (let looked = max(FIRST, wanted); ; looked *= MORE) {
    if (isDense && looked <= MOST_OF_ROW) {
      gatherLargest(row, looked, rowMax);
      keepAbove(floor);
    } else listAll();
    sortLargest(looked);
    const cliff = findCliff(min(looked, listCount), least);
    if (cliff == 0) continue;
    useList();
    return keepSorted(min(max(cliff, wanted), listCount));
  }
}

/** The rank before the steepest drop, if the first `count` entries, which are in order, show it; else 0. */
function findCliff(count: i32, least: f32): i32 {
  let cliff = 0;
  let steepest: f64 = 0;
  let x = <f64>keyLogit(keyAt(0));
  for (let rank = 1; rank < count; rank++) {
    const next = <f64>keyLogit(keyAt(rank));
    const drop = (x - next) / <f64>rank;
    if (drop > steepest) {
      steepest = drop;
      cliff = rank;
    }
    if ((next - <f64>least) / <f64>(rank + 1) <= steepest) return cliff;
    x = next;
  }
  return 0;
}

function leastOfList(): f32 {
  let least = keyAt(0);
  for (let i = 1; i < listCount; i++) least = min(least, keyAt(i));
  return keyLogit(least);
}

/** The smallest element above the floor, one at least being there. */
function leastAboveFloor(): f32 {
  if (floor == -Infinity && scanLeast < Infinity) return scanLeast;
  if (ASC_FEATURE_SIMD) return bf16Row != 0 ? leastOf(true) : leastOf(false);
  let least: f32 = Infinity;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) continue;
    const block = readBlock(row, b);
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
      const x = load<f32>(p);
      if (x > floor && x < least) least = x;
    }
  }
  return least;
}

// @ts-ignore: decorator
@inline
function leastOf(areBf16: bool): f32 {
  const floor4 = f32x4.splat(floor);
  let least4 = f32x4.splat(Infinity);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) continue;
    const block = passBlock(row, b, areBf16);
    let low = laneMinOfBlock(block, areBf16);
    // seldom: −Infinity in the row, or a cut before
    if (v128.any_true(f32x4.le(low, floor4))) low = laneMinAbove(block, floor4, areBf16);
    least4 = f32x4.pmin(least4, low);
  }
  return -largestLane(f32x4.neg(least4));
}

/** The smallest of each lane of 16 elements. */
// @ts-ignore: decorator
@inline
function laneMinOf16(p: usize, areBf16: bool): v128 {
  return min4(fourOf16(p, 0, areBf16), fourOf16(p, 1, areBf16), fourOf16(p, 2, areBf16), fourOf16(p, 3, areBf16));
}

/** The same of a block. */
// @ts-ignore: decorator
@inline
function laneMinOfBlock(p: usize, areBf16: bool): v128 {
  const bytes = bytesOf16(areBf16);
  return min4(
    laneMinOf16(p, areBf16),
    laneMinOf16(p + bytes, areBf16),
    laneMinOf16(p + 2 * bytes, areBf16),
    laneMinOf16(p + 3 * bytes, areBf16),
  );
}

/** The same of what is above the floor. */
function laneMinAbove(block: usize, floor4: v128, areBf16: bool): v128 {
  const none = f32x4.splat(Infinity);
  const bytes = areBf16 ? 8 : 16;
  let low = none;
  for (let p = block; p < block + 16 * bytes; p += bytes) {
    const x = areBf16 ? fourOf16(p, 0, true) : v128.load(p);
    low = f32x4.pmin(low, v128.bitselect(x, none, f32x4.gt(x, floor4)));
  }
  return low;
}
