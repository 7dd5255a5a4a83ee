// Weights of a dense row, summed in one fixed order, so that both builds give the same bits: each lane of a block four vectors
// pairwise, the four groups one after another in f32; each lane's blocks in f64; then lanes (0+2)+(1+3).
//
// Cheap weights overestimate: with z = (x − max)·beta / ln 2, the float whose exponent and mantissa are z's integer and
// fraction is 2^⌊z⌋·(1 + frac z): at least 2^z and at most 6.15 % more (the idea: Schraudolph 1999, Neural Computation 11).
// One multiply-add, a clamp and a shift cost little more than reading. Exact weights serve where the bound does not do.

// z + 383 lies in [257, 383] for −126 ≤ z ≤ 0, where a float's mantissa is (z + 127)·2^15: shifted left by 8 it becomes
// exponent and mantissa of the weight, and the last bit of the old exponent its sign. So sums are negative until the end.
import { BLOCK_ELEMENTS } from "../src/layout";
import { openBlock, readBlock } from "./closedBlocks";
import { floatBelow } from "./floats";
import { POWER_SCALE, scaledPower, scaledPowerx4 } from "./math";
import { add4 } from "./vectors";
import { blockMax, paddedLength, expTable } from "./workspace";

export const BIAS: f32 = 383.0;
export const LOWEST: f32 = 256.0;

/** Least ratio of a weight to its cheap overestimate, the rounding of z (< 4e-5) included. */
export const CHEAP_LEAST_RATIO: f64 = 1.0 / 1.0616;
/** A weight times this is never above its cheap overestimate: rounding of z and of block sums. */
export const CHEAP_SAFETY: f64 = 1.0 - 1.0 / 8192.0;
/** Error bound of f32 sums, as a share of the sum of all above the lowest of them: z is off by up to 1.8e-7·|z| (difference,
 *  scale, product), which is at most log2(2^24 tokens) on average, powers by 5e-7, sums of blocks by 4e-7. */
export const MASS32_ERROR: f64 = 4e-6;

/** Only what is above the pivot (greater, or equal with a lower id) is weighed; no pivot: everything. */
export let pivotLogit: f32 = -Infinity;
export let pivotTokenId: i32 = -1;

export function setPivot(logit: f32, tokenId: i32): void {
  pivotLogit = logit;
  pivotTokenId = tokenId;
}

// @ts-ignore: decorator
@inline
export function isAbovePivot(x: f32, tokenId: i32): bool {
  return x > pivotLogit || (x == pivotLogit && tokenId < pivotTokenId);
}

/** log2(e)·beta as f32; what would overflow stays finite: only equal logits then weigh anything. Above 0, so that padding
 *  weighs 0. */
export function cheapScale(beta: f64): f32 {
  return <f32>max(min(beta * 1.4426950408889634, 1e30), 1.4e-45);
}

/** Cheap weight of one element. */
export function cheapWeight(x: f32, largest: f32, scale: f32): f32 {
  const z = (x - largest) * scale + BIAS;
  return -reinterpret<f32>(reinterpret<u32>(z > LOWEST ? z : LOWEST) << 8);
}

// The functions below are written once and inlined for each set of constants `exact`, `all` and `above`.

/** Cheap weights come out negative, see BIAS; exact ones times POWER_SCALE. */
// @ts-ignore: decorator
@inline
export function weigh4(x: v128, largest: v128, scale: v128, bias: v128, lowest: v128, exact: bool): v128 {
  const z = f32x4.mul(f32x4.sub(x, largest), scale);
  // positive floats are in the order of their bits: an integer maximum costs half of a float's
  return exact ? scaledPowerx4(z, expTable) : i32x4.shl(i32x4.max_s(lowest, f32x4.add(z, bias)), 8);
}

// @ts-ignore: decorator
@inline
export function weigh(x: f32, largest: f32, scale: f32, floor: f32, exact: bool, above: bool): f32 {
  if (above && !(x > floor)) return 0;
  return exact ? scaledPower((x - largest) * scale) : cheapWeight(x, largest, scale);
}

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

/** Cheap or exact sums after `weighAll` and `weighAbove`: of the row, and of what is above the pivot. */
export let massTotal: f64 = 0;
export let massAbove: f64 = 0;

/** Both sums in one pass. */
export function weighAll(row: usize, largest: f32, scale: f32, exact: bool): void {
  if (exact) sums(row, largest, scale, true, true);
  else sums(row, largest, scale, false, true);
}

/** The mass above the pivot alone. */
export function weighAbove(row: usize, largest: f32, scale: f32, exact: bool): void {
  if (exact) sums(row, largest, scale, true, false);
  else sums(row, largest, scale, false, false);
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

// @ts-ignore: decorator
@inline
export function lanesSum(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
