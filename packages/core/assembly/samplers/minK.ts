// Min-k: of the logits in descending order, x_1 ≥ … ≥ x_n, it keeps those before the largest (x_i − x_(i+1)) / i, the
// first of equals, and at least ⌊τ / (x_1 − x_n)⌋. (Ding et al. 2026, arXiv 2604.11012.) What comes after rank i falls by
// no more than (x_(i+1) − x_n) / (i + 1), so the search ends early: of a row it needs the smallest logit and a few largest.
import { BLOCK_ELEMENTS, STAGE_NUMBER_0 } from "../../src/layout";
import { readBlock } from "../blocks/closedBlocks";
import { gatherLargestCapped } from "../list/gatherLargest";
import { keyLogit } from "../list/keys";
import { keepAbove, keepSorted, keyAt, leastKey, listCount, listMax } from "../list/list";
import { sortLargest } from "../list/select";
import { sortList } from "../list/sort";
import { blockMax, paddedLength, vocabularySize } from "../memory/workspace";
import { largestLane, min4 } from "../numbers/vectors";
import { beta, floor, isDense, listAll, row, useList } from "../row/row";
import { rowMax } from "../row/scan";
import { scanLeast } from "../row/scanLeast";

/** How many logits are put in order first, and by what factor more if they do not do. */
const FIRST = 64;
const MORE: f64 = 8;
/** Of a row, no more than this many are picked out; after that all are listed. */
const MOST_OF_ROW = 1024;

/** Number: τ. */
export function minK(stage: usize): void {
  const tau = load<f64>(stage, STAGE_NUMBER_0);
  const count = isDense ? vocabularySize : listCount;
  const least = isDense ? leastAboveFloor() : keyLogit(leastKey());
  const range = <f64>(isDense ? rowMax : listMax()) - <f64>least;
  if (range == 0) return;
  const wanted = tau > 0 ? <i32>min(tau / (range * beta), <f64>count) : 0;
  if (wanted == count) return;
  for (let looked = max(FIRST, wanted); ; looked = <i32>min(<f64>looked * MORE, max(enough, <f64>looked + 1))) {
    if (isDense && looked <= MOST_OF_ROW) {
      gatherLargestCapped(row, looked, rowMax);
      keepAbove(floor);
      sortLargest(looked);
    } else {
      listAll();
      sortList();
    }
    const cliff = findCliff(min(looked, listCount), least);
    if (cliff == 0) continue;
    useList();
    return keepSorted(min(max(cliff, wanted), listCount));
  }
}

/** How many entries in order show the steepest drop, after `findCliff` did not find it: what follows is no larger. */
let enough: f64 = 0;

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
  enough = (x - <f64>least) / steepest + 2;
  return 0;
}

/** The smallest element above the floor, one at least being there. */
function leastAboveFloor(): f32 {
  const known = floor == -Infinity ? scanLeast() : Infinity;
  if (known < Infinity) return known;
  if (ASC_FEATURE_SIMD) return leastOfLanes();
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

function leastOfLanes(): f32 {
  const floor4 = f32x4.splat(floor);
  let least4 = f32x4.splat(Infinity);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) continue;
    const block = readBlock(row, b);
    let low = laneMinOfBlock(block);
    // seldom: −Infinity in the row, or a cut before
    if (v128.any_true(f32x4.le(low, floor4))) low = laneMinAbove(block, floor4);
    least4 = f32x4.pmin(least4, low);
  }
  return -largestLane(f32x4.neg(least4));
}

/** The smallest of each lane of a block. */
// @ts-ignore: decorator
@inline
function laneMinOfBlock(p: usize): v128 {
  return min4(
    min4(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48)),
    min4(v128.load(p, 64), v128.load(p, 80), v128.load(p, 96), v128.load(p, 112)),
    min4(v128.load(p, 128), v128.load(p, 144), v128.load(p, 160), v128.load(p, 176)),
    min4(v128.load(p, 192), v128.load(p, 208), v128.load(p, 224), v128.load(p, 240)),
  );
}

/** The same of what is above the floor. */
function laneMinAbove(block: usize, floor4: v128): v128 {
  const none = f32x4.splat(Infinity);
  let low = none;
  for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
    const x = v128.load(p);
    low = f32x4.pmin(low, v128.bitselect(x, none, f32x4.gt(x, floor4)));
  }
  return low;
}
