// The one pass over a row: largest element of every block of 64, the row's maximum, and whether anything is not a
// number. `pmax` is one instruction where `max` is eight; it drops NaN, so a sum along the way catches it.
import { BLOCK_ELEMENTS, STATUS_NAN, STATUS_OK, STATUS_POSITIVE_INFINITY } from "../../src/layout";
import { openBlock } from "../blocks/closedBlocks";
import { F32 } from "../blocks/widen";
import { blockMax, paddedLength } from "../memory/workspace";
import { add4, largestLane, max4, min4, transposedMax } from "../numbers/vectors";
import { addStep, forgetMass, isMassNaN, startMass } from "./massF32";
import { keepLeast } from "./scanLeast";
import { addMoments, hasMomentsNaN, squares4, startMoments } from "./scanMoments";
import { LEAST, MOMENTS, NOTHING, SCAN_LEAST, SCAN_MOMENTS, WEIGHTS } from "./scanSums";

/** Largest element of the row after `scanRow` or `refreshMax`. */
export let rowMax: f32 = -Infinity;
/** Index of the first bad element after `scanRow` returned an error, else −1. */
export let badIndex: i32 = -1;

/** Largest element of the 64 at `block`, none of which is NaN. */
export function maxOfBlock(block: usize): f32 {
  return ASC_FEATURE_SIMD ? largestLane(laneMaxOfBlock(block)) : plainMaxOfBlock(block);
}

/** The same; NaN is passed over. */
function plainMaxOfBlock(block: usize): f32 {
  let m: f32 = -Infinity;
  for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
    const x = load<f32>(p);
    if (x > m) m = x;
  }
  return m;
}

/** The same, four lanes left to reduce; inlined reads of 16 vectors. */
// @ts-ignore: decorator
@inline
function laneMaxOfBlock(p: usize): v128 {
  return max4(
    max4(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48)),
    max4(v128.load(p, 64), v128.load(p, 80), v128.load(p, 96), v128.load(p, 112)),
    max4(v128.load(p, 128), v128.load(p, 144), v128.load(p, 160), v128.load(p, 176)),
    max4(v128.load(p, 192), v128.load(p, 208), v128.load(p, 224), v128.load(p, 240)),
  );
}

/** Fills `blockMax` and `rowMax`. massScale > 0: sums the weights of that scale on the way, see `massF32`; SCAN_MOMENTS,
 *  SCAN_LEAST: the moments, the smallest element. Returns a status; the row must be padded with −Infinity. */
export function scanRow(row: usize, massScale: f32): i32 {
  forgetMass();
  if (ASC_FEATURE_SIMD && massScale > 0) {
    startMass(massScale);
    return scanAll(row, WEIGHTS);
  }
  if (ASC_FEATURE_SIMD && massScale == SCAN_MOMENTS) {
    startMoments();
    return scanAll(row, MOMENTS);
  }
  if (ASC_FEATURE_SIMD && massScale == SCAN_LEAST) return scanAll(row, LEAST);
  return scanAll(row, NOTHING);
}

// @ts-ignore: decorator
@inline
function scanAll(row: usize, sums: i32): i32 {
  const end = row + ((<usize>paddedLength) << 2);
  let out = blockMax;
  let suspicious = true;
  let m: f32 = -Infinity;
  if (ASC_FEATURE_SIMD) {
    let top = f32x4.splat(-Infinity);
    let sum = f32x4.splat(0);
    let otherSum = sum;
    let least = f32x4.splat(Infinity);
    let leastBefore = least;
    // each vector is loaded once for both uses: loading again costs 40 % (Zen 5, V8 11.3)
    for (let p = row; p < end; p += 1024) {
      let max0 = top;
      let max1 = top;
      let max2 = top;
      let max3 = top;
      let moments = f32x4.splat(0);
      let squares = moments;
      if (sums == LEAST) leastBefore = least;
      for (let block = p; block < p + 1024; block += 256) {
        let a = v128.load(block);
        let b = v128.load(block, 16);
        let c = v128.load(block, 32);
        let d = v128.load(block, 48);
        let largest = max4(a, b, c, d);
        if (sums == NOTHING || sums == LEAST) sum = f32x4.add(sum, add4(a, b, c, d));
        if (sums == LEAST) least = f32x4.pmin(least, min4(a, b, c, d));
        if (sums == MOMENTS) {
          moments = f32x4.add(moments, add4(a, b, c, d));
          squares = f32x4.add(squares, squares4(a, b, c, d));
        }
        a = v128.load(block, 64);
        b = v128.load(block, 80);
        c = v128.load(block, 96);
        d = v128.load(block, 112);
        largest = f32x4.pmax(largest, max4(a, b, c, d));
        if (sums == NOTHING || sums == LEAST) otherSum = f32x4.add(otherSum, add4(a, b, c, d));
        if (sums == LEAST) least = f32x4.pmin(least, min4(a, b, c, d));
        if (sums == MOMENTS) {
          moments = f32x4.add(moments, add4(a, b, c, d));
          squares = f32x4.add(squares, squares4(a, b, c, d));
        }
        a = v128.load(block, 128);
        b = v128.load(block, 144);
        c = v128.load(block, 160);
        d = v128.load(block, 176);
        largest = f32x4.pmax(largest, max4(a, b, c, d));
        if (sums == NOTHING || sums == LEAST) sum = f32x4.add(sum, add4(a, b, c, d));
        if (sums == LEAST) least = f32x4.pmin(least, min4(a, b, c, d));
        if (sums == MOMENTS) {
          moments = f32x4.add(moments, add4(a, b, c, d));
          squares = f32x4.add(squares, squares4(a, b, c, d));
        }
        a = v128.load(block, 192);
        b = v128.load(block, 208);
        c = v128.load(block, 224);
        d = v128.load(block, 240);
        largest = f32x4.pmax(largest, max4(a, b, c, d));
        if (sums == NOTHING || sums == LEAST) otherSum = f32x4.add(otherSum, add4(a, b, c, d));
        if (sums == LEAST) least = f32x4.pmin(least, min4(a, b, c, d));
        if (sums == MOMENTS) {
          moments = f32x4.add(moments, add4(a, b, c, d));
          squares = f32x4.add(squares, squares4(a, b, c, d));
        }
        max0 = max1;
        max1 = max2;
        max2 = max3;
        max3 = largest;
      }
      const maxima = transposedMax(max0, max1, max2, max3);
      top = f32x4.pmax(top, maxima);
      v128.store(out, maxima);
      out += 16;
      if (sums == WEIGHTS) addStep(p, maxima, F32);
      if (sums == MOMENTS) addMoments(moments, squares);
    }
    sum = f32x4.add(sum, otherSum);
    suspicious = sums == WEIGHTS ? isMassNaN() : sums == MOMENTS ? hasMomentsNaN : v128.any_true(f32x4.ne(sum, sum));
    m = largestLane(top);
    if (sums == LEAST) keepLeast(-largestLane(f32x4.neg(leastBefore)), end - 1024, F32);
  } else {
    for (let p = row; p < end; p += BLOCK_ELEMENTS * 4) {
      const largest = plainMaxOfBlock(p);
      store<f32>(out, largest);
      if (largest > m) m = largest;
      out += 4;
    }
  }
  return finishScan(row, m, suspicious);
}

/** Takes the maximum `m`; whether anything is not a number is looked up if there is a suspicion. Returns a status. */
export function finishScan(row: usize, m: f32, suspicious: bool): i32 {
  badIndex = -1;
  rowMax = m + 0.0; // −0 counts as 0
  return suspicious || m == Infinity ? checkRow(row) : STATUS_OK;
}

/** Takes what another pass found: the maximum, and the index of what is wrong, else −1. */
export function noteScan(m: f32, bad: i32): void {
  rowMax = m + 0.0;
  badIndex = bad;
}

/** Names the first NaN, else the first +Infinity of the row, if there is one. */
function checkRow(row: usize): i32 {
  let infinite = -1;
  for (let i = 0; i < paddedLength; i++) {
    const x = load<f32>(row + ((<usize>i) << 2));
    if (x != x) {
      badIndex = i;
      return STATUS_NAN;
    }
    if (x == Infinity && infinite < 0) infinite = i;
  }
  badIndex = infinite;
  return infinite < 0 ? STATUS_OK : STATUS_POSITIVE_INFINITY;
}

/** Brings the block maximum around one element up to date after it was changed. */
export function refreshBlock(row: usize, tokenId: i32): void {
  const block = <usize>tokenId / BLOCK_ELEMENTS;
  openBlock(<i32>block);
  store<f32>(blockMax + (block << 2), maxOfBlock(row + block * (BLOCK_ELEMENTS * 4)));
}

/** Opens all blocks with something in them, and brings their maxima and the maximum up to date. */
export function openFinite(row: usize): void {
  for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
    if (load<f32>(blockMax + (b << 2)) > -Infinity) refreshBlock(row, <i32>b * BLOCK_ELEMENTS);
  }
  refreshMax();
}

/** Recomputes `rowMax` from the block maxima. */
export function refreshMax(): void {
  const end = blockMax + ((<usize>paddedLength / BLOCK_ELEMENTS) << 2);
  let m: f32 = -Infinity;
  if (ASC_FEATURE_SIMD) {
    let top = f32x4.splat(-Infinity);
    for (let p = blockMax; p < end; p += 16) top = f32x4.pmax(top, v128.load(p));
    m = largestLane(top);
  } else {
    for (let p = blockMax; p < end; p += 4) {
      const x = load<f32>(p);
      if (x > m) m = x;
    }
  }
  rowMax = m + 0.0;
}

/** Index of the first element equal to `rowMax`. */
export function argMax(row: usize): i32 {
  let block = blockMax;
  while (load<f32>(block) != rowMax) block += 4;
  openBlock(<i32>((block - blockMax) >> 2));
  let p = row + (block - blockMax) * BLOCK_ELEMENTS;
  while (load<f32>(p) != rowMax) p += 4;
  return <i32>((p - row) >> 2);
}

/** A plain one-pass read of a row that does nothing but take its maximum: the yardstick of the benchmarks. */
export function read_row(row: usize, paddedCount: i32): f32 {
  const end = row + ((<usize>paddedCount) << 2);
  let m: f32 = -Infinity;
  if (ASC_FEATURE_SIMD) {
    let a = f32x4.splat(-Infinity);
    let b = a;
    for (let p = row; p < end; p += 512) {
      a = f32x4.pmax(a, laneMaxOfBlock(p));
      b = f32x4.pmax(b, laneMaxOfBlock(p + 256));
    }
    m = largestLane(f32x4.pmax(a, b));
  } else {
    for (let p = row; p < end; p += 4) m = max(m, load<f32>(p));
  }
  return m;
}
