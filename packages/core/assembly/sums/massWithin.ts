// Σ weight of the logits between two bounds, bracketed or in f32 lanes.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { passBlock, passForm, readBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F32, fourOf16 } from "../blocks/widen";
import { blockMax, paddedLength } from "../memory/workspace";
import { POWER_SCALE } from "../numbers/power32";
import { add4, lanesSum } from "../numbers/vectors";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import { BIAS, LOWEST, weigh, weigh4 } from "./bracketWeights";

/** Σ bracketing weight of the logits in (low, high). */
export function massWithinBracket(scale: f32, low: f32, high: f32): f64 {
  return massBetween(scale, low, high, false);
}

/** Σ f32 weight of the same. */
export function massWithinF32(scale: f32, low: f32, high: f32): f64 {
  return massBetween(scale, low, high, true);
}

// @ts-ignore: decorator
@inline
function massBetween(scale: f32, low: f32, high: f32, exact: bool): f64 {
  if (ASC_FEATURE_SIMD && passForm() == BF16) return massBetweenOf(scale, low, high, exact, BF16);
  return massBetweenOf(scale, low, high, exact, F32);
}

// @ts-ignore: decorator
@inline
function massBetweenOf(scale: f32, low: f32, high: f32, exact: bool, form: i32): f64 {
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(rowMax);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    const low4 = f32x4.splat(low);
    const high4 = f32x4.splat(high);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
      if (!(load<f32>(blockMax + (b << 2)) > low)) continue;
      const block = passBlock(row, <i32>b, form);
      let sum = f32x4.splat(0);
      for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
        const x0 = fourOf16(p, 0, form);
        const x1 = fourOf16(p, 1, form);
        const x2 = fourOf16(p, 2, form);
        const x3 = fourOf16(p, 3, form);
        const w0 = v128.and(
          weigh4(f32x4.mul(f32x4.sub(x0, largest4), scale4), bias4, lowest4, exact),
          isWithin4(x0, low4, high4),
        );
        const w1 = v128.and(
          weigh4(f32x4.mul(f32x4.sub(x1, largest4), scale4), bias4, lowest4, exact),
          isWithin4(x1, low4, high4),
        );
        const w2 = v128.and(
          weigh4(f32x4.mul(f32x4.sub(x2, largest4), scale4), bias4, lowest4, exact),
          isWithin4(x2, low4, high4),
        );
        const w3 = v128.and(
          weigh4(f32x4.mul(f32x4.sub(x3, largest4), scale4), bias4, lowest4, exact),
          isWithin4(x3, low4, high4),
        );
        sum = f32x4.add(sum, add4(w0, w1, w2, w3));
      }
      total01 = f64x2.add(total01, f64x2.promote_low_f32x4(sum));
      total23 = f64x2.add(total23, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
    }
    const sum = abs(lanesSum(f64x2.add(total01, total23)));
    return exact ? sum / POWER_SCALE : sum;
  } else {
    const even = laneWithin(0, scale, low, high, exact) + laneWithin(2, scale, low, high, exact);
    const odd = laneWithin(1, scale, low, high, exact) + laneWithin(3, scale, low, high, exact);
    return exact ? (even + odd) / POWER_SCALE : even + odd;
  }
}

// @ts-ignore: decorator
@inline
function isWithin4(x: v128, low: v128, high: v128): v128 {
  return v128.and(f32x4.gt(x, low), f32x4.lt(x, high));
}

// @ts-ignore: decorator
@inline
function laneWithin(lane: usize, scale: f32, low: f32, high: f32, exact: bool): f64 {
  let total: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    let sum: f32 = 0;
    const block = readBlock(row, b) + lane * 4;
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
      const w0 = weighWithin(load<f32>(p), scale, low, high, exact);
      const w1 = weighWithin(load<f32>(p, 16), scale, low, high, exact);
      const w2 = weighWithin(load<f32>(p, 32), scale, low, high, exact);
      const w3 = weighWithin(load<f32>(p, 48), scale, low, high, exact);
      sum += w0 + w1 + (w2 + w3);
    }
    total += <f64>sum;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function weighWithin(x: f32, scale: f32, low: f32, high: f32, exact: bool): f32 {
  return x < high && x > low ? weigh(x, rowMax, scale, exact) : 0;
}
