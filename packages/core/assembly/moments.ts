// Standard deviation of a dense row. First with f32 sums by block, which settle nearly every row: if no logit lies inside
// their error of the threshold, f64 would cut at the same place. Else in f64, in one fixed order.
import { BLOCK_ELEMENTS } from "../src/layout";
import { blockMax, paddedLength } from "./workspace";

/** Standard deviation (of the population) after `quickSigma` or `exactSigma`; and how far off it can be. */
export let sigma: f64 = 0;
export let sigmaError: f64 = 0;

/** Relative error of a sum of 64 non-negative f32 terms of one rounding more each, four lanes of 16. */
const SUM_ERROR: f64 = 2e-6;

/** σ of the elements above `floor` within `sigmaError`, infinite where f32 does not do; there is at least one. `near`: any element, best near the mean. */
export function quickSigma(row: usize, floor: f32, near: f32): void {
  const blocks = <usize>paddedLength / BLOCK_ELEMENTS;
  let count = 0;
  let sum: f64;
  let squares: f64;
  if (ASC_FEATURE_SIMD) {
    const floor4 = f32x4.splat(floor);
    const near4 = f32x4.splat(near);
    let counts = i32x4.splat(0);
    let sum01 = f64x2.splat(0);
    let sum23 = sum01;
    let squares01 = sum01;
    let squares23 = sum01;
    for (let b: usize = 0; b < blocks; b++) {
      if (!(load<f32>(blockMax + (b << 2)) > floor)) continue;
      const block = row + b * (BLOCK_ELEMENTS * 4);
      let sums = f32x4.splat(0);
      let squareSums = f32x4.splat(0);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
        const x = v128.load(p);
        const mask = f32x4.gt(x, floor4);
        const d = v128.and(f32x4.sub(x, near4), mask);
        counts = i32x4.sub(counts, mask);
        sums = f32x4.add(sums, d);
        squareSums = f32x4.add(squareSums, f32x4.mul(d, d));
      }
      sum01 = f64x2.add(sum01, f64x2.promote_low_f32x4(sums));
      sum23 = f64x2.add(sum23, f64x2.promote_low_f32x4(i32x4.shuffle(sums, sums, 2, 3, 0, 1)));
      squares01 = f64x2.add(squares01, f64x2.promote_low_f32x4(squareSums));
      squares23 = f64x2.add(squares23, f64x2.promote_low_f32x4(i32x4.shuffle(squareSums, squareSums, 2, 3, 0, 1)));
    }
    count =
      i32x4.extract_lane(counts, 0) +
      i32x4.extract_lane(counts, 1) +
      (i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3));
    const sums = f64x2.add(sum01, sum23);
    const squareSums = f64x2.add(squares01, squares23);
    sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    squares = f64x2.extract_lane(squareSums, 0) + f64x2.extract_lane(squareSums, 1);
  } else {
    let sum0: f64 = 0;
    let sum1: f64 = 0;
    let sum2: f64 = 0;
    let sum3: f64 = 0;
    let squares0: f64 = 0;
    let squares1: f64 = 0;
    let squares2: f64 = 0;
    let squares3: f64 = 0;
    for (let b: usize = 0; b < blocks; b++) {
      if (!(load<f32>(blockMax + (b << 2)) > floor)) continue;
      const block = row + b * (BLOCK_ELEMENTS * 4);
      sum0 += <f64>laneSum(block, floor, near);
      sum1 += <f64>laneSum(block + 4, floor, near);
      sum2 += <f64>laneSum(block + 8, floor, near);
      sum3 += <f64>laneSum(block + 12, floor, near);
      squares0 += <f64>laneSquares(block, floor, near);
      squares1 += <f64>laneSquares(block + 4, floor, near);
      squares2 += <f64>laneSquares(block + 8, floor, near);
      squares3 += <f64>laneSquares(block + 12, floor, near);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) count += <i32>(load<f32>(p) > floor);
    }
    sum = sum0 + sum2 + (sum1 + sum3);
    squares = squares0 + squares2 + (squares1 + squares3);
  }
  const mean = sum / <f64>count;
  const meanSquare = squares / <f64>count;
  sigma = sqrt(max(meanSquare - mean * mean, 0));
  // |mean| and the error of Σd are both within √(mean square) of their own (Cauchy): at most 3 parts of the mean square
  const varianceError = 3 * SUM_ERROR * meanSquare;
  // not where squares overflow or lose digits to underflow
  const isSound = meanSquare > 1e-24 && sigma * sigma > 4 * varianceError;
  sigmaError = isSound ? varianceError / sigma : Infinity;
}

function laneSum(lane: usize, floor: f32, near: f32): f32 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 16) sum += nearDistance(load<f32>(p), floor, near);
  return sum;
}

function laneSquares(lane: usize, floor: f32, near: f32): f32 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 16) {
    const d = nearDistance(load<f32>(p), floor, near);
    sum += d * d;
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function nearDistance(x: f32, floor: f32, near: f32): f32 {
  return x > floor ? x - near : 0;
}

/** σ in f64: elements 0 and 1 mod 4 in one pair of lanes, 2 and 3 in another. */
export function exactSigma(row: usize, floor: f32, largest: f32): void {
  let count = 0;
  let sum0: f64 = 0;
  let sum1: f64 = 0;
  let sum2: f64 = 0;
  let sum3: f64 = 0;
  let squares0: f64 = 0;
  let squares1: f64 = 0;
  let squares2: f64 = 0;
  let squares3: f64 = 0;
  const end = row + ((<usize>paddedLength) << 2);
  for (let p = row; p < end; p += 16) {
    const d0 = distance(load<f32>(p), floor, largest);
    const d1 = distance(load<f32>(p, 4), floor, largest);
    const d2 = distance(load<f32>(p, 8), floor, largest);
    const d3 = distance(load<f32>(p, 12), floor, largest);
    sum0 += d0;
    sum1 += d1;
    sum2 += d2;
    sum3 += d3;
    squares0 += d0 * d0;
    squares1 += d1 * d1;
    squares2 += d2 * d2;
    squares3 += d3 * d3;
    for (let q = p; q < p + 16; q += 4) count += <i32>(load<f32>(q) > floor);
  }
  const mean = (sum0 + sum2 + (sum1 + sum3)) / <f64>count;
  const squares = squares0 + squares2 + (squares1 + squares3);
  sigma = sqrt(max(squares / <f64>count - mean * mean, 0));
  sigmaError = 0;
}

// @ts-ignore: decorator
@inline
function distance(x: f32, floor: f32, largest: f32): f64 {
  return x > floor ? <f64>x - <f64>largest : 0;
}
