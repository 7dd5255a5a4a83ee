// Σ x and Σ x² of the blocks of a row, as the scan takes them on the way: each lane of a step of four blocks in f32, four vectors
// pairwise and the groups one after another, and each lane's steps in f64, in `momentTable`.
import { BF16, bytesOf16, F16, F16_INFINITY, fourOf16, isBf16 } from "../blocks/widen";
import { blockMax, MOMENT_TABLE_BYTES, momentTable, paddedLength } from "../memory/workspace";
import { add4, largestLane, max4, transposedMax } from "../numbers/vectors";

/** How many blocks from the first on were added up, 0: none, or the row has changed. */
export let momentBlocks: i32 = 0;
/** Whether something of what was not added up may not be a number. */
export let hasMomentsNaN: bool = false;
/** Whether all steps so far were finite. */
let isWhole: bool = false;

export function forgetMoments(): void {
  momentBlocks = 0;
}

/** Before the first step. */
export function startMoments(): void {
  momentBlocks = 0;
  hasMomentsNaN = false;
  isWhole = true;
  memory.fill(momentTable, 0, MOMENT_TABLE_BYTES);
}

/** Adds the sums of one step, as long as all is finite. */
// @ts-ignore: decorator
@inline
export function addMoments(sums: v128, squares: v128): void {
  isWhole = isWhole && !v128.any_true(f32x4.ne(f32x4.sub(squares, squares), f32x4.splat(0)));
  if (isWhole) keepMoments(sums, squares);
  else hasMomentsNaN = hasMomentsNaN || v128.any_true(f32x4.ne(sums, sums));
}

function keepMoments(sums: v128, squares: v128): void {
  momentBlocks += 4;
  addLanes(momentTable, sums);
  addLanes(momentTable + 32, squares);
}

/** Adds four lanes to f64[4]. */
// @ts-ignore: decorator
@inline
function addLanes(to: usize, lanes: v128): void {
  const high = i32x4.shuffle(lanes, lanes, 2, 3, 0, 1);
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(lanes)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(high)), 16);
}

// @ts-ignore: decorator
@inline
export function squares4(a: v128, b: v128, c: v128, d: v128): v128 {
  return add4(f32x4.mul(a, a), f32x4.mul(b, b), f32x4.mul(c, c), f32x4.mul(d, d));
}

/** Fills `blockMax` of a row of bf16 or f16, all of which is widened for its moments, and returns its largest element. Where
 *  nothing `hasMomentsNaN`, all is right. */
export function scanNarrowMoments(source: usize): f32 {
  startMoments();
  const isF16 = !isBf16;
  const none = f32x4.splat(-Infinity);
  const blockBytes = 4 * bytesOf16(F16);
  let top = none;
  let out = blockMax;
  for (let p = source; p < source + ((<usize>paddedLength) << 1); p += 4 * blockBytes) {
    let max0 = none;
    let max1 = none;
    let max2 = none;
    let max3 = none;
    let sums = f32x4.splat(0);
    let squares = sums;
    for (let block = p; block < p + 4 * blockBytes; block += blockBytes) {
      let largest = none;
      for (let q = block; q < block + blockBytes; q += bytesOf16(F16)) {
        let a = fourOf16(q, 0, BF16);
        let b = fourOf16(q, 1, BF16);
        let c = fourOf16(q, 2, BF16);
        let d = fourOf16(q, 3, BF16);
        if (isF16) {
          a = fourOf16(q, 0, F16);
          b = fourOf16(q, 1, F16);
          c = fourOf16(q, 2, F16);
          d = fourOf16(q, 3, F16);
        }
        largest = f32x4.pmax(largest, max4(a, b, c, d));
        sums = f32x4.add(sums, add4(a, b, c, d));
        squares = f32x4.add(squares, squares4(a, b, c, d));
      }
      max0 = max1;
      max1 = max2;
      max2 = max3;
      max3 = largest;
    }
    let maxima = transposedMax(max0, max1, max2, max3);
    if (isF16 && v128.any_true(f32x4.ge(squares, f32x4.splat(F16_INFINITY * F16_INFINITY)))) {
      // perhaps something is not finite
      const isHigh = v128.any_true(f32x4.ge(maxima, f32x4.splat(F16_INFINITY)));
      hasMomentsNaN = hasMomentsNaN || isHigh || hasNegativeNaN(p);
      maxima = v128.bitselect(maxima, none, f32x4.gt(maxima, f32x4.splat(-F16_INFINITY)));
      squares = none;
    }
    top = f32x4.pmax(top, maxima);
    v128.store(out, maxima);
    out += 16;
    addMoments(sums, squares);
  }
  return largestLane(top);
}

/** Whether one of 256 elements of f16 is NaN and has a sign. */
function hasNegativeNaN(p: usize): bool {
  let most = i16x8.splat(0);
  for (const end = p + 512; p < end; p += 16) most = i16x8.max_u(most, v128.load(p));
  return v128.any_true(i16x8.gt_u(most, i16x8.splat(<i16>0xfc00)));
}
