// Σ weight of a dense row and of what is above the pivot, bracketed or in f32 lanes, in one fixed order, so that both builds
// give the same bits: each lane of a block four vectors pairwise, the four groups one after another in f32; each lane's blocks
// in f64; then lanes (0+2)+(1+3).
import { BLOCK_ELEMENTS } from "../../src/layout";
import { openBlock, passBlock, readBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F16, F32, fourOf16 } from "../blocks/widen";
import { blockMax, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { POWER_SCALE } from "../numbers/power32";
import { add4, lanesSum } from "../numbers/vectors";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import { BIAS, LOWEST, weigh, weigh4, weighedForm } from "./bracketWeights";
import { isAbovePivot, pivotLogit, pivotTokenId } from "./pivot";

/** One lane of a block, in the order of the vector form: of what is above `floor`. */
// @ts-ignore: decorator
@inline
function laneMassAbove(lane: usize, scale: f32, floor: f32, exact: bool): f64 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 64) {
    const w0 = weighAbove(load<f32>(p), scale, floor, exact);
    const w1 = weighAbove(load<f32>(p, 16), scale, floor, exact);
    const w2 = weighAbove(load<f32>(p, 32), scale, floor, exact);
    const w3 = weighAbove(load<f32>(p, 48), scale, floor, exact);
    sum += w0 + w1 + (w2 + w3);
  }
  return <f64>sum;
}

// @ts-ignore: decorator
@inline
function weighAbove(x: f32, scale: f32, floor: f32, exact: bool): f32 {
  return x > floor ? weigh(x, rowMax, scale, exact) : 0;
}

/** The same of everything. */
// @ts-ignore: decorator
@inline
function laneMass(lane: usize, scale: f32, exact: bool): f64 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 64) {
    const w0 = weigh(load<f32>(p), rowMax, scale, exact);
    const w1 = weigh(load<f32>(p, 16), rowMax, scale, exact);
    const w2 = weigh(load<f32>(p, 32), rowMax, scale, exact);
    const w3 = weigh(load<f32>(p, 48), rowMax, scale, exact);
    sum += w0 + w1 + (w2 + w3);
  }
  return <f64>sum;
}

/** Lane 0 … 3 of the whole row. */
// @ts-ignore: decorator
@inline
function rowLaneMass(lane: usize, scale: f32, exact: bool): f64 {
  let sum: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) sum += laneMass(readBlock(row, b) + lane * 4, scale, exact);
  return sum;
}

/** Lane 0 … 3 of what is above the pivot, but for its own block. */
// @ts-ignore: decorator
@inline
function rowLaneMassAbove(lane: usize, scale: f32, exact: bool): f64 {
  const own = pivotTokenId / BLOCK_ELEMENTS;
  let sum: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (b == own || !isBlockAbove(b, own)) continue;
    const floor = b < own ? floatBelow(pivotLogit) : pivotLogit;
    sum += laneMassAbove(readBlock(row, b) + lane * 4, scale, floor, exact);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function isBlockAbove(block: i32, own: i32): bool {
  const most = load<f32>(blockMax + ((<usize>block) << 2));
  return block < own ? most >= pivotLogit : most > pivotLogit;
}

/** The pivot's own block, where ids decide between equals: element by element in both builds. */
function ownBlockMass(scale: f32, exact: bool): f64 {
  openBlock(pivotTokenId / BLOCK_ELEMENTS);
  const firstId = (pivotTokenId / BLOCK_ELEMENTS) * BLOCK_ELEMENTS; // −1, of no token, is in block 0 too
  let sum: f32 = 0;
  for (let id = firstId; id < firstId + BLOCK_ELEMENTS; id++) {
    const x = load<f32>(row + ((<usize>id) << 2));
    if (isAbovePivot(x, id)) sum += weigh(x, rowMax, scale, exact);
  }
  return <f64>sum;
}

/** Σ weight of the row and of what is above the pivot, after the functions below. */
export let massTotal: f64 = 0;
export let massAbove: f64 = 0;

/** Bracketing weights of all and of what is above the pivot, in one pass. */
export function massesBracket(scale: f32): void {
  sums(scale, false, true);
}

/** The same by f32 weights. */
export function massesF32(scale: f32): void {
  sums(scale, true, true);
}

/** Bracketing weights of what is above the pivot alone. */
export function massAboveBracket(scale: f32): void {
  sums(scale, false, false);
}

/** The same by f32 weights. */
export function massAboveF32(scale: f32): void {
  sums(scale, true, false);
}

// @ts-ignore: decorator
@inline
function sums(scale: f32, exact: bool, all: bool): void {
  const form = weighedForm(scale);
  if (ASC_FEATURE_SIMD && form == BF16) sumsOf(scale, exact, all, BF16);
  else if (ASC_FEATURE_SIMD && !exact && form == F16) sumsOf(scale, exact, all, F16);
  else sumsOf(scale, exact, all, F32);
}

// @ts-ignore: decorator
@inline
function sumsOf(scale: f32, exact: bool, all: bool, form: i32): void {
  const own = pivotTokenId / BLOCK_ELEMENTS;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(rowMax);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    const equalsToo4 = f32x4.splat(floatBelow(pivotLogit));
    const greater4 = f32x4.splat(pivotLogit);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    let above01 = total01;
    let above23 = total01;
    for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
      const hasAbove = b != own && isBlockAbove(b, own);
      if (!all && !hasAbove) continue;
      const floor4 = b < own ? equalsToo4 : greater4;
      let sum = f32x4.splat(0);
      let sumAbove = sum;
      const block = passBlock(row, b, form);
      if (hasAbove) {
        for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
          const x0 = fourOf16(p, 0, form);
          const x1 = fourOf16(p, 1, form);
          const x2 = fourOf16(p, 2, form);
          const x3 = fourOf16(p, 3, form);
          const w0 = weigh4(f32x4.mul(f32x4.sub(x0, largest4), scale4), bias4, lowest4, exact);
          const w1 = weigh4(f32x4.mul(f32x4.sub(x1, largest4), scale4), bias4, lowest4, exact);
          const w2 = weigh4(f32x4.mul(f32x4.sub(x2, largest4), scale4), bias4, lowest4, exact);
          const w3 = weigh4(f32x4.mul(f32x4.sub(x3, largest4), scale4), bias4, lowest4, exact);
          if (all) sum = f32x4.add(sum, add4(w0, w1, w2, w3));
          const a0 = v128.and(w0, f32x4.gt(x0, floor4));
          const a1 = v128.and(w1, f32x4.gt(x1, floor4));
          const a2 = v128.and(w2, f32x4.gt(x2, floor4));
          const a3 = v128.and(w3, f32x4.gt(x3, floor4));
          sumAbove = f32x4.add(sumAbove, add4(a0, a1, a2, a3));
        }
        above01 = f64x2.add(above01, f64x2.promote_low_f32x4(sumAbove));
        above23 = f64x2.add(above23, f64x2.promote_low_f32x4(i32x4.shuffle(sumAbove, sumAbove, 2, 3, 0, 1)));
      } else {
        for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
          const w0 = weigh4(f32x4.mul(f32x4.sub(fourOf16(p, 0, form), largest4), scale4), bias4, lowest4, exact);
          const w1 = weigh4(f32x4.mul(f32x4.sub(fourOf16(p, 1, form), largest4), scale4), bias4, lowest4, exact);
          const w2 = weigh4(f32x4.mul(f32x4.sub(fourOf16(p, 2, form), largest4), scale4), bias4, lowest4, exact);
          const w3 = weigh4(f32x4.mul(f32x4.sub(fourOf16(p, 3, form), largest4), scale4), bias4, lowest4, exact);
          sum = f32x4.add(sum, add4(w0, w1, w2, w3));
        }
      }
      if (all) {
        total01 = f64x2.add(total01, f64x2.promote_low_f32x4(sum));
        total23 = f64x2.add(total23, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
      }
    }
    massTotal = lanesSum(f64x2.add(total01, total23));
    massAbove = lanesSum(f64x2.add(above01, above23));
    if (!exact) {
      massTotal = -massTotal;
      massAbove = -massAbove;
    }
  } else {
    if (all) {
      const even = rowLaneMass(0, scale, exact) + rowLaneMass(2, scale, exact);
      const odd = rowLaneMass(1, scale, exact) + rowLaneMass(3, scale, exact);
      massTotal = even + odd;
    }
    const even = rowLaneMassAbove(0, scale, exact) + rowLaneMassAbove(2, scale, exact);
    const odd = rowLaneMassAbove(1, scale, exact) + rowLaneMassAbove(3, scale, exact);
    massAbove = even + odd;
  }
  massAbove += ownBlockMass(scale, exact);
  if (exact) {
    massTotal /= POWER_SCALE;
    massAbove /= POWER_SCALE;
  }
}
