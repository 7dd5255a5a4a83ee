// Σ weight of a dense row and of what is above the pivot, bracketed or in f32 lanes, in one fixed order, so that both builds
// give the same bits: each lane of a block four vectors pairwise, the four groups one after another in f32; each lane's blocks
// in f64; then lanes (0+2)+(1+3).
import { BLOCK_ELEMENTS } from "../../src/layout";
import { openBlock, readBlock } from "../blocks/closedBlocks";
import { blockMax, paddedLength } from "../memory/workspace";
import { floatBelow } from "../numbers/floats";
import { POWER_SCALE } from "../numbers/power32";
import { add4, lanesSum } from "../numbers/vectors";
import { BIAS, LOWEST, weigh, weigh4 } from "./bracketWeights";
import { isAbovePivot, pivotLogit, pivotTokenId } from "./pivot";

/** One lane of a block, in the order of the vector form; of what is above `floor`, or of everything. */
// @ts-ignore: decorator
@inline
function laneMass(lane: usize, largest: f32, scale: f32, floor: f32, exact: bool, above: bool): f64 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 64) {
    const w0 = weigh(load<f32>(p), largest, scale, floor, exact, above);
    const w1 = weigh(load<f32>(p, 16), largest, scale, floor, exact, above);
    const w2 = weigh(load<f32>(p, 32), largest, scale, floor, exact, above);
    const w3 = weigh(load<f32>(p, 48), largest, scale, floor, exact, above);
    sum += w0 + w1 + (w2 + w3);
  }
  return <f64>sum;
}

/** Lane 0 … 3 of the whole row. */
// @ts-ignore: decorator
@inline
function rowLaneMass(row: usize, lane: usize, largest: f32, scale: f32, exact: bool, above: bool): f64 {
  const own = above ? pivotTokenId / BLOCK_ELEMENTS : -1;
  let sum: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (b == own || (above && !isBlockAbove(b, own))) continue;
    const floor = b < own ? floatBelow(pivotLogit) : pivotLogit;
    sum += laneMass(readBlock(row, b) + lane * 4, largest, scale, floor, exact, above);
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
function ownBlockMass(row: usize, largest: f32, scale: f32, exact: bool): f64 {
  openBlock(pivotTokenId / BLOCK_ELEMENTS);
  const firstId = (pivotTokenId / BLOCK_ELEMENTS) * BLOCK_ELEMENTS; // −1, of no token, is in block 0 too
  let sum: f32 = 0;
  for (let id = firstId; id < firstId + BLOCK_ELEMENTS; id++) {
    const x = load<f32>(row + ((<usize>id) << 2));
    if (isAbovePivot(x, id)) sum += weigh(x, largest, scale, -Infinity, exact, false);
  }
  return <f64>sum;
}

/** Σ weight of the row and of what is above the pivot, after the functions below. */
export let massTotal: f64 = 0;
export let massAbove: f64 = 0;

/** Bracketing weights of all and of what is above the pivot, in one pass. */
export function massesBracket(row: usize, largest: f32, scale: f32): void {
  sums(row, largest, scale, false, true);
}

/** The same by f32 weights. */
export function massesF32(row: usize, largest: f32, scale: f32): void {
  sums(row, largest, scale, true, true);
}

/** Bracketing weights of what is above the pivot alone. */
export function massAboveBracket(row: usize, largest: f32, scale: f32): void {
  sums(row, largest, scale, false, false);
}

/** The same by f32 weights. */
export function massAboveF32(row: usize, largest: f32, scale: f32): void {
  sums(row, largest, scale, true, false);
}

// @ts-ignore: decorator
@inline
function sums(row: usize, largest: f32, scale: f32, exact: bool, all: bool): void {
  const own = pivotTokenId / BLOCK_ELEMENTS;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
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
      const block = readBlock(row, b);
      if (hasAbove) {
        for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
          const x0 = v128.load(p);
          const x1 = v128.load(p, 16);
          const x2 = v128.load(p, 32);
          const x3 = v128.load(p, 48);
          const w0 = weigh4(x0, largest4, scale4, bias4, lowest4, exact);
          const w1 = weigh4(x1, largest4, scale4, bias4, lowest4, exact);
          const w2 = weigh4(x2, largest4, scale4, bias4, lowest4, exact);
          const w3 = weigh4(x3, largest4, scale4, bias4, lowest4, exact);
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
        for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
          const w0 = weigh4(v128.load(p), largest4, scale4, bias4, lowest4, exact);
          const w1 = weigh4(v128.load(p, 16), largest4, scale4, bias4, lowest4, exact);
          const w2 = weigh4(v128.load(p, 32), largest4, scale4, bias4, lowest4, exact);
          const w3 = weigh4(v128.load(p, 48), largest4, scale4, bias4, lowest4, exact);
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
      const even =
        rowLaneMass(row, 0, largest, scale, exact, false) + rowLaneMass(row, 2, largest, scale, exact, false);
      const odd = rowLaneMass(row, 1, largest, scale, exact, false) + rowLaneMass(row, 3, largest, scale, exact, false);
      massTotal = even + odd;
    }
    const even = rowLaneMass(row, 0, largest, scale, exact, true) + rowLaneMass(row, 2, largest, scale, exact, true);
    const odd = rowLaneMass(row, 1, largest, scale, exact, true) + rowLaneMass(row, 3, largest, scale, exact, true);
    massAbove = even + odd;
  }
  massAbove += ownBlockMass(row, largest, scale, exact);
  if (exact) {
    massTotal /= POWER_SCALE;
    massAbove /= POWER_SCALE;
  }
}
