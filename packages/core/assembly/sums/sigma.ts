// Standard deviation of a dense row. First with f32 sums by block, which settle nearly every row: if no logit lies inside
// their error of the threshold, f64 would cut at the same place. Else in f64, in one fixed order.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { readBlock } from "../blocks/closedBlocks";
import { blockMax, momentTable, paddedLength } from "../memory/workspace";
import { add4 } from "../numbers/vectors";
import { floor, row } from "../row/row";
import { rowMax } from "../row/scan";
import { momentBlocks } from "../row/scanMoments";

/** Standard deviation (of the population) after `sigmaF32` or `sigmaF64`; and how far off it can be. */
export let sigma: f64 = 0;
export let sigmaError: f64 = 0;
/** Relative error of a sum of 64 non-negative f32 terms of one rounding more each, four lanes of 16. */
const SUM_ERROR: f64 = 2e-6;

/** σ of the elements above `floor` within `sigmaError`, infinite where f32 does not do; there is at least one. `near`: any
 *  number, best near the mean. */
export function sigmaF32(near: f32): void {
  const blocks = <usize>paddedLength / BLOCK_ELEMENTS;
  let count = 0;
  let sum: f64;
  let squares: f64;
  if (ASC_FEATURE_SIMD) {
    const near4 = f32x4.splat(near);
    // the scan may have added up the first blocks of a row that is not cut
    const done = floor == -Infinity && near == 0 ? momentBlocks : 0;
    count = done * BLOCK_ELEMENTS;
    let sum01 = done > 0 ? v128.load(momentTable) : f64x2.splat(0);
    let sum23 = done > 0 ? v128.load(momentTable, 16) : f64x2.splat(0);
    let squares01 = done > 0 ? v128.load(momentTable, 32) : f64x2.splat(0);
    let squares23 = done > 0 ? v128.load(momentTable, 48) : f64x2.splat(0);
    for (let b = <usize>done; b < blocks; b++) {
      if (!(load<f32>(blockMax + (b << 2)) > floor)) continue;
      const block = readBlock(row, <i32>b);
      let sums = f32x4.splat(0);
      let squareSums = sums;
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
        const d0 = f32x4.sub(v128.load(p), near4);
        const d1 = f32x4.sub(v128.load(p, 16), near4);
        const d2 = f32x4.sub(v128.load(p, 32), near4);
        const d3 = f32x4.sub(v128.load(p, 48), near4);
        sums = f32x4.add(sums, add4(d0, d1, d2, d3));
        squareSums = f32x4.add(
          squareSums,
          add4(f32x4.mul(d0, d0), f32x4.mul(d1, d1), f32x4.mul(d2, d2), f32x4.mul(d3, d3)),
        );
      }
      // nothing is cut, and no −Infinity made a lane's sum infinite: the rule
      const isWhole = floor == -Infinity && !v128.any_true(f32x4.ne(f32x4.sub(sums, sums), f32x4.splat(0)));
      if (isWhole) count += BLOCK_ELEMENTS;
      else {
        count += countOfBlock(block, floor);
        sums = f32x4(
          laneSum(block, floor, near),
          laneSum(block + 4, floor, near),
          laneSum(block + 8, floor, near),
          laneSum(block + 12, floor, near),
        );
        squareSums = f32x4(
          laneSquares(block, floor, near),
          laneSquares(block + 4, floor, near),
          laneSquares(block + 8, floor, near),
          laneSquares(block + 12, floor, near),
        );
      }
      sum01 = f64x2.add(sum01, f64x2.promote_low_f32x4(sums));
      sum23 = f64x2.add(sum23, f64x2.promote_low_f32x4(i32x4.shuffle(sums, sums, 2, 3, 0, 1)));
      squares01 = f64x2.add(squares01, f64x2.promote_low_f32x4(squareSums));
      squares23 = f64x2.add(squares23, f64x2.promote_low_f32x4(i32x4.shuffle(squareSums, squareSums, 2, 3, 0, 1)));
    }
    const sums = f64x2.add(sum01, sum23);
    const squareSums = f64x2.add(squares01, squares23);
    sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    squares = f64x2.extract_lane(squareSums, 0) + f64x2.extract_lane(squareSums, 1);
  } else {
    let lane0: f64 = 0;
    let lane1: f64 = 0;
    let lane2: f64 = 0;
    let lane3: f64 = 0;
    let laneSquares0: f64 = 0;
    let laneSquares1: f64 = 0;
    let laneSquares2: f64 = 0;
    let laneSquares3: f64 = 0;
    for (let b: usize = 0; b < blocks; b++) {
      if (!(load<f32>(blockMax + (b << 2)) > floor)) continue;
      const block = readBlock(row, <i32>b);
      lane0 += <f64>laneSum(block, floor, near);
      lane1 += <f64>laneSum(block + 4, floor, near);
      lane2 += <f64>laneSum(block + 8, floor, near);
      lane3 += <f64>laneSum(block + 12, floor, near);
      laneSquares0 += <f64>laneSquares(block, floor, near);
      laneSquares1 += <f64>laneSquares(block + 4, floor, near);
      laneSquares2 += <f64>laneSquares(block + 8, floor, near);
      laneSquares3 += <f64>laneSquares(block + 12, floor, near);
      count += countOfBlock(block, floor);
    }
    sum = lane0 + lane2 + (lane1 + lane3);
    squares = laneSquares0 + laneSquares2 + (laneSquares1 + laneSquares3);
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

function countOfBlock(block: usize, floor: f32): i32 {
  let count = 0;
  for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) count += <i32>(load<f32>(p) > floor);
  return count;
}

function laneSum(lane: usize, floor: f32, near: f32): f32 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 64) {
    const d0 = nearDistance(load<f32>(p), floor, near);
    const d1 = nearDistance(load<f32>(p, 16), floor, near);
    const d2 = nearDistance(load<f32>(p, 32), floor, near);
    const d3 = nearDistance(load<f32>(p, 48), floor, near);
    sum += d0 + d1 + (d2 + d3);
  }
  return sum;
}

function laneSquares(lane: usize, floor: f32, near: f32): f32 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 64) {
    const d0 = nearDistance(load<f32>(p), floor, near);
    const d1 = nearDistance(load<f32>(p, 16), floor, near);
    const d2 = nearDistance(load<f32>(p, 32), floor, near);
    const d3 = nearDistance(load<f32>(p, 48), floor, near);
    sum += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function nearDistance(x: f32, floor: f32, near: f32): f32 {
  return x > floor ? x - near : 0;
}

/** σ in f64: elements 0 and 1 mod 4 in one pair of lanes, 2 and 3 in another. */
export function sigmaF64(): void {
  const largest = rowMax;
  let count = 0;
  let laneSum0: f64 = 0;
  let laneSum1: f64 = 0;
  let laneSum2: f64 = 0;
  let laneSum3: f64 = 0;
  let laneSquares0: f64 = 0;
  let laneSquares1: f64 = 0;
  let laneSquares2: f64 = 0;
  let laneSquares3: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const block = readBlock(row, b);
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
      const d0 = distance(load<f32>(p), floor, largest);
      const d1 = distance(load<f32>(p, 4), floor, largest);
      const d2 = distance(load<f32>(p, 8), floor, largest);
      const d3 = distance(load<f32>(p, 12), floor, largest);
      laneSum0 += d0;
      laneSum1 += d1;
      laneSum2 += d2;
      laneSum3 += d3;
      laneSquares0 += d0 * d0;
      laneSquares1 += d1 * d1;
      laneSquares2 += d2 * d2;
      laneSquares3 += d3 * d3;
    }
    count += countOfBlock(block, floor);
  }
  const mean = (laneSum0 + laneSum2 + (laneSum1 + laneSum3)) / <f64>count;
  const squares = laneSquares0 + laneSquares2 + (laneSquares1 + laneSquares3);
  sigma = sqrt(max(squares / <f64>count - mean * mean, 0));
  sigmaError = 0;
}

// @ts-ignore: decorator
@inline
function distance(x: f32, floor: f32, largest: f32): f64 {
  return x > floor ? <f64>x - <f64>largest : 0;
}
