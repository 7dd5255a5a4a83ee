// What lies below a ceiling in a dense row, block by block: f32 weights relative to the ceiling, which is nearer than the row's
// largest logit, and how many elements there are. Of the SIMD build alone: what is decided by bounds is the same without them.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { passBlock, passForm, readBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F16, F16_INFINITY, F32, fourAt } from "../blocks/widen";
import { blockMass, blockMax, expTable, groupMass, paddedLength } from "../memory/workspace";
import { scaledPowerx4, weighsNothing } from "../numbers/power32";
import { lanesSum, sumOfLanes } from "../numbers/vectors";
import { row } from "../row/row";

/** After `weighTail`: Σ weight·POWER_SCALE of the tail, Σ of `blockMass`, how many elements are above `low`, and how many
 *  are finite. */
export let tailMass: f64 = 0;
export let middleMass: f64 = 0;
export let middleCount: f64 = 0;
export let finiteCount: i32 = 0;

/** Weighs what is not above `ceiling`. `blockMass`: of what of a block is above `low`, Σ weight·POWER_SCALE, without what is
 *  above the ceiling, and `extra` for each; `groupMass`: how many of its elements are finite. */
export function weighTail(ceiling: f32, low: f32, scale: f32, extra: f64): void {
  const form = passForm();
  if (form == BF16) weighBlocks(ceiling, low, scale, extra, BF16);
  else if (form == F16 && weighsNothing(-F16_INFINITY, ceiling, scale)) weighBlocks(ceiling, low, scale, extra, F16);
  else weighBlocks(ceiling, low, scale, extra, F32);
}

// @ts-ignore: decorator
@inline
function weighBlocks(ceiling: f32, low: f32, scale: f32, extra: f64, form: i32): void {
  const none = f32x4.splat(form == F16 ? -F16_INFINITY : -Infinity);
  const step = bytesOf16(form) / 4;
  const ceiling4 = f32x4.splat(ceiling);
  const low4 = f32x4.splat(low);
  const scale4 = f32x4.splat(scale);
  let tail = f64x2.splat(0);
  let middle: f64 = 0;
  let middles: f32 = 0;
  let finite = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const most = load<f32>(blockMax + ((<usize>b) << 2));
    let count = 0;
    let above: f64 = 0;
    if (most > -Infinity) {
      const block = passBlock(row, b, form);
      const end = block + 16 * step;
      let sum = f32x4.splat(0);
      let otherSum = sum; // they take turns: less is lost to rounding
      let sumAbove = sum;
      let least = ceiling4;
      if (most <= low) {
        for (let p = block; p < end; p += step) {
          const x = fourAt(p, form);
          const next = f32x4.add(sum, weigh(x, ceiling4, scale4));
          least = f32x4.pmin(least, x);
          sum = otherSum;
          otherSum = next;
        }
      } else {
        let ups = i32x4.splat(0);
        for (let p = block; p < end; p += step) {
          const x = fourAt(p, form);
          const weights = v128.and(weigh(x, ceiling4, scale4), f32x4.le(x, ceiling4));
          const isUp = f32x4.gt(x, low4);
          const next = f32x4.add(sum, weights);
          least = f32x4.pmin(least, x);
          sum = otherSum;
          otherSum = next;
          ups = i32x4.sub(ups, isUp);
          sumAbove = f32x4.add(sumAbove, v128.and(weights, isUp));
        }
        const up = sumOfLanes(f32x4.convert_i32x4_s(ups));
        middles += up;
        above = lanesSum(twoOf(sumAbove)) + extra * <f64>up;
        middle += above;
      }
      tail = f64x2.add(tail, twoOf(f32x4.add(sum, otherSum)));
      const isFull = i32x4.all_true(f32x4.gt(least, none));
      count = isFull ? BLOCK_ELEMENTS : countFinite(b);
    }
    finite += count;
    store<f64>(blockMass + ((<usize>b) << 3), above);
    store<f64>(groupMass + ((<usize>b) << 3), <f64>count);
  }
  tailMass = lanesSum(tail);
  middleMass = middle;
  middleCount = <f64>middles; // exact up to 2^24
  finiteCount = finite;
}

// @ts-ignore: decorator
@inline
function weigh(x: v128, ceiling4: v128, scale4: v128): v128 {
  return scaledPowerx4(f32x4.mul(f32x4.sub(x, ceiling4), scale4), expTable);
}

/** Four lanes of f32 added up to two of f64. */
// @ts-ignore: decorator
@inline
function twoOf(sum: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(sum), f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
}

function countFinite(index: i32): i32 {
  const block = readBlock(row, index);
  let count = 0;
  for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
    count += popcnt(i32x4.bitmask(f32x4.gt(v128.load(p), f32x4.splat(-Infinity))));
  }
  return count;
}
