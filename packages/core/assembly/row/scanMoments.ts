// Σ x and Σ x² of the blocks of a row, as the scan takes them on the way: each lane of a step of four blocks in f32, four vectors
// pairwise and the groups one after another, and each lane's steps in f64.
import { bytesOf16, fourOf16 } from "../blocks/widen";
import { add4 } from "../numbers/vectors";

/** How many blocks from the first on were added up, 0: none, or the row has changed. */
export let momentBlocks: i32 = 0;
/** Whether something of what was not added up is not a number. */
export let hasMomentsNaN: bool = false;
export let sum0: f64 = 0;
export let sum1: f64 = 0;
export let sum2: f64 = 0;
export let sum3: f64 = 0;
export let squares0: f64 = 0;
export let squares1: f64 = 0;
export let squares2: f64 = 0;
export let squares3: f64 = 0;
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
  sum0 = sum1 = sum2 = sum3 = 0;
  squares0 = squares1 = squares2 = squares3 = 0;
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
  sum0 += <f64>f32x4.extract_lane(sums, 0);
  sum1 += <f64>f32x4.extract_lane(sums, 1);
  sum2 += <f64>f32x4.extract_lane(sums, 2);
  sum3 += <f64>f32x4.extract_lane(sums, 3);
  squares0 += <f64>f32x4.extract_lane(squares, 0);
  squares1 += <f64>f32x4.extract_lane(squares, 1);
  squares2 += <f64>f32x4.extract_lane(squares, 2);
  squares3 += <f64>f32x4.extract_lane(squares, 3);
}

// @ts-ignore: decorator
@inline
export function squares4(a: v128, b: v128, c: v128, d: v128): v128 {
  return add4(f32x4.mul(a, a), f32x4.mul(b, b), f32x4.mul(c, c), f32x4.mul(d, d));
}

/** One step of a row of bf16 or f16, of which nothing is infinite. */
// @ts-ignore: decorator
@inline
export function addNarrowMoments(first: usize, form: i32): void {
  let sums = f32x4.splat(0);
  let squares = sums;
  for (let p = first; p < first + 16 * bytesOf16(form); p += bytesOf16(form)) {
    const a = fourOf16(p, 0, form);
    const b = fourOf16(p, 1, form);
    const c = fourOf16(p, 2, form);
    const d = fourOf16(p, 3, form);
    sums = f32x4.add(sums, add4(a, b, c, d));
    squares = f32x4.add(squares, squares4(a, b, c, d));
  }
  addMoments(sums, squares);
}
