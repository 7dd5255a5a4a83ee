// Weights of a dense row, summed by block in one fixed order, so that both builds give the same bits: four vectors pairwise,
// the four groups of a block one after another, lanes (0+2)+(1+3), blocks in f64.
//
// Cheap weights overestimate: with z = (x − max)·beta / ln 2, the float whose exponent and mantissa are z's integer and
// fraction is 2^⌊z⌋·(1 + frac z): at least 2^z and at most 6.15 % more (the idea: Schraudolph 1999, Neural Computation 11).
// One multiply-add, a clamp and a shift cost little more than reading. Exact weights serve where the bound does not do.
import { BLOCK_ELEMENTS } from "../src/layout";
import { floatBelow } from "./floats";
import { expNonPositive, expNonPositivex2, pow2NonPositive, pow2NonPositivex4 } from "./math";
import { blockMax, paddedLength, powerTable } from "./workspace";

// z + 383 lies in [257, 383] for −126 ≤ z ≤ 0, where a float's mantissa is (z + 127)·2^15: shifted left by 8 it becomes
// exponent and mantissa of the weight, and the last bit of the old exponent its sign. So sums are negative until the end.
export const BIAS: f32 = 383.0;
export const LOWEST: f32 = 256.0;
/** Smaller powers of 2 count as this one where the power itself is needed. */
const LEAST_POWER: f32 = -125.0;

/** Least ratio of a weight to its cheap overestimate, the rounding of z (< 4e-5) included. */
export const CHEAP_LEAST_RATIO: f64 = 1.0 / 1.0616;
/** A weight times this is never above its cheap overestimate: rounding of z and of block sums. */
export const CHEAP_SAFETY: f64 = 1.0 - 1.0 / 8192.0;
/** Relative error bound of `exactMass32`: rounding of scale and z down to −125, of the powers, and of block sums. */
export const MASS32_ERROR: f64 = 2e-5;

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

// The functions below are written once and inlined for each pair of constants `exact` and `above`.

// @ts-ignore: decorator
@inline
function weigh4(
  x: v128,
  largest: v128,
  scale: v128,
  bias: v128,
  lowest: v128,
  floor: v128,
  exact: bool,
  above: bool,
): v128 {
  const z = f32x4.mul(f32x4.sub(x, largest), scale);
  const weight = exact ? pow2NonPositivex4(z, powerTable) : i32x4.shl(f32x4.pmax(lowest, f32x4.add(z, bias)), 8);
  return above ? v128.and(weight, f32x4.gt(x, floor)) : weight;
}

// @ts-ignore: decorator
@inline
function weigh(x: f32, largest: f32, scale: f32, floor: f32, exact: bool, above: bool): f32 {
  if (above && !(x > floor)) return 0;
  return exact ? pow2NonPositive((x - largest) * scale) : cheapWeight(x, largest, scale);
}

/** One lane of a block, in the order of the vector form. */
// @ts-ignore: decorator
@inline
function laneMass(block: usize, largest: f32, scale: f32, floor: f32, exact: bool, above: bool): f32 {
  let sum: f32 = 0;
  for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
    const w0 = weigh(load<f32>(p), largest, scale, floor, exact, above);
    const w1 = weigh(load<f32>(p, 16), largest, scale, floor, exact, above);
    const w2 = weigh(load<f32>(p, 32), largest, scale, floor, exact, above);
    const w3 = weigh(load<f32>(p, 48), largest, scale, floor, exact, above);
    sum += w0 + w1 + (w2 + w3);
  }
  return sum;
}

/** The pivot's own block, where ids decide between equals: element by element in both builds. */
function ownBlockMass(block: usize, firstId: i32, largest: f32, scale: f32, exact: bool): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < BLOCK_ELEMENTS; i++) {
    const x = load<f32>(block + ((<usize>i) << 2));
    if (isAbovePivot(x, firstId + i))
      sum += exact ? pow2NonPositive((x - largest) * scale) : cheapWeight(x, largest, scale);
  }
  return sum;
}

/** Lane i of the result is the sum of the lanes (0+2)+(1+3) of argument i. */
// @ts-ignore: decorator
@inline
function transposedSum(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** The sums of four blocks as f32x4; cheap ones are negative, see BIAS. */
// @ts-ignore: decorator
@inline
function fourBlockMasses(
  p: usize,
  largest: v128,
  scale: v128,
  bias: v128,
  lowest: v128,
  floor: v128,
  exact: bool,
  above: bool,
): v128 {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (let block = p; block < p + 1024; block += 256) {
    let sum = f32x4.splat(0);
    for (let q = block; q < block + 256; q += 64) {
      const w0 = weigh4(v128.load(q), largest, scale, bias, lowest, floor, exact, above);
      const w1 = weigh4(v128.load(q, 16), largest, scale, bias, lowest, floor, exact, above);
      const w2 = weigh4(v128.load(q, 32), largest, scale, bias, lowest, floor, exact, above);
      const w3 = weigh4(v128.load(q, 48), largest, scale, bias, lowest, floor, exact, above);
      sum = f32x4.add(sum, f32x4.add(f32x4.add(w0, w1), f32x4.add(w2, w3)));
    }
    sum0 = sum1;
    sum1 = sum2;
    sum2 = sum3;
    sum3 = sum;
  }
  return transposedSum(sum0, sum1, sum2, sum3);
}

/** The sum of one block, element order as in the vector form; the pivot's own block by id. */
function oneBlockMass(block: i32, row: usize, largest: f32, scale: f32, exact: bool, above: bool): f32 {
  const start = row + <usize>block * (BLOCK_ELEMENTS * 4);
  const own = above ? pivotTokenId / BLOCK_ELEMENTS : -1;
  if (block == own) return ownBlockMass(start, block * BLOCK_ELEMENTS, largest, scale, exact);
  const floor = above && block < own ? floatBelow(pivotLogit) : pivotLogit;
  return (
    laneMass(start, largest, scale, floor, exact, above) +
    laneMass(start + 8, largest, scale, floor, exact, above) +
    (laneMass(start + 4, largest, scale, floor, exact, above) +
      laneMass(start + 12, largest, scale, floor, exact, above))
  );
}

// @ts-ignore: decorator
@inline
function masses(row: usize, largest: f32, scale: f32, sums: usize, exact: bool, above: bool): f64 {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  const own = above ? pivotTokenId / BLOCK_ELEMENTS : -1;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    const equalsToo4 = f32x4.splat(floatBelow(pivotLogit));
    const greater4 = f32x4.splat(pivotLogit);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    for (let b = 0; b < blocks; b += 4) {
      const floor4 = b < own ? equalsToo4 : greater4;
      const maxima = v128.load(blockMax + ((<usize>b) << 2));
      let four = f32x4.splat(0);
      if (above && b <= own && own < b + 4) {
        four = f32x4(
          oneBlockMass(b, row, largest, scale, exact, above),
          oneBlockMass(b + 1, row, largest, scale, exact, above),
          oneBlockMass(b + 2, row, largest, scale, exact, above),
          oneBlockMass(b + 3, row, largest, scale, exact, above),
        );
      } else {
        // blocks whose largest element is below the pivot or weighs 0 have sums of 0 and need no read
        const isHeavy = exact
          ? f32x4.gt(maxima, f32x4.splat(-Infinity))
          : f32x4.gt(f32x4.add(f32x4.mul(f32x4.sub(maxima, largest4), scale4), bias4), lowest4);
        if (v128.any_true(above ? v128.and(isHeavy, f32x4.gt(maxima, floor4)) : isHeavy)) {
          const p = row + <usize>b * (BLOCK_ELEMENTS * 4);
          four = fourBlockMasses(p, largest4, scale4, bias4, lowest4, floor4, exact, above);
          if (!exact) four = f32x4.neg(four);
        }
      }
      const low = f64x2.promote_low_f32x4(four);
      const high = f64x2.promote_low_f32x4(i32x4.shuffle(four, four, 2, 3, 0, 1));
      total01 = f64x2.add(total01, low);
      total23 = f64x2.add(total23, high);
      if (!exact) {
        v128.store(sums + ((<usize>b) << 3), low);
        v128.store(sums + ((<usize>b) << 3), high, 16);
      }
    }
    const total = f64x2.add(total01, total23);
    return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  } else {
    let total0: f64 = 0;
    let total1: f64 = 0;
    let total2: f64 = 0;
    let total3: f64 = 0;
    for (let b = 0; b < blocks; b += 4) {
      const sum0 = oneBlockMass(b, row, largest, scale, exact, above);
      const sum1 = oneBlockMass(b + 1, row, largest, scale, exact, above);
      const sum2 = oneBlockMass(b + 2, row, largest, scale, exact, above);
      const sum3 = oneBlockMass(b + 3, row, largest, scale, exact, above);
      total0 += <f64>sum0;
      total1 += <f64>sum1;
      total2 += <f64>sum2;
      total3 += <f64>sum3;
      if (!exact) {
        const four = sums + ((<usize>b) << 3);
        store<f64>(four, <f64>sum0);
        store<f64>(four, <f64>sum1, 8);
        store<f64>(four, <f64>sum2, 16);
        store<f64>(four, <f64>sum3, 24);
      }
    }
    return total0 + total2 + (total1 + total3);
  }
}

/** Stores the f64 block sums of the cheap weights to `sums` and returns their total. */
export function cheapMasses(row: usize, largest: f32, scale: f32, sums: usize): f64 {
  return masses(row, largest, scale, sums, false, false);
}

/** The same of what is above the pivot. */
export function cheapMassesAbove(row: usize, largest: f32, scale: f32, sums: usize): f64 {
  return masses(row, largest, scale, sums, false, true);
}

/** Sum of the weights, within MASS32_ERROR; within 1.2e-6 for beta = 1. */
export function exactMass32(row: usize, largest: f32, scale: f32): f64 {
  return masses(row, largest, scale, 0, true, false);
}

/** The same of what is above the pivot. */
export function exactMass32Above(row: usize, largest: f32, scale: f32): f64 {
  return masses(row, largest, scale, 0, true, true);
}

/** Sum in f64 of the weights of what is above the pivot: elements of even and of odd index, then both. */
export function exactMass64Above(row: usize, largest: f32, beta: f64): f64 {
  const own = pivotTokenId / BLOCK_ELEMENTS;
  let even: f64 = 0;
  let odd: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < pivotLogit) continue;
    const first = b * BLOCK_ELEMENTS;
    if (ASC_FEATURE_SIMD && b != own) {
      const floor2 = f64x2.splat(<f64>(b < own ? floatBelow(pivotLogit) : pivotLogit));
      let sums = f64x2(even, odd);
      for (let p = row + ((<usize>first) << 2); p < row + ((<usize>first) << 2) + BLOCK_ELEMENTS * 4; p += 8) {
        const x = f64x2.promote_low_f32x4(v128.load64_zero(p));
        const z = f64x2.mul(f64x2.sub(x, f64x2.splat(<f64>largest)), f64x2.splat(beta));
        sums = f64x2.add(sums, v128.and(expNonPositivex2(z), f64x2.gt(x, floor2)));
      }
      even = f64x2.extract_lane(sums, 0);
      odd = f64x2.extract_lane(sums, 1);
    } else {
      for (let i = first; i < first + BLOCK_ELEMENTS; i += 2) {
        even += weightAbove(row, i, largest, beta);
        odd += weightAbove(row, i + 1, largest, beta);
      }
    }
  }
  return even + odd;
}

function weightAbove(row: usize, tokenId: i32, largest: f32, beta: f64): f64 {
  const x = load<f32>(row + ((<usize>tokenId) << 2));
  return isAbovePivot(x, tokenId) ? expNonPositive((<f64>x - <f64>largest) * beta) : 0;
}

/** Σ of the exact f32 weights after `meanPower`, within MASS32_ERROR. */
export let totalMass32: f64 = 0;

/** Mean of z = (x − largest)·scale under the row's distribution, z in powers of 2. */
export function meanPower(row: usize, largest: f32, scale: f32): f64 {
  const end = row + ((<usize>paddedLength) << 2);
  let total: f64 = 0;
  let moment: f64 = 0;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const least4 = f32x4.splat(LEAST_POWER);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    let moment01 = total01;
    let moment23 = total01;
    for (let block = row; block < end; block += BLOCK_ELEMENTS * 4) {
      let sum = f32x4.splat(0);
      let products = sum;
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
        const z = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p), largest4), scale4), least4);
        const weight = pow2NonPositivex4(z, powerTable);
        sum = f32x4.add(sum, weight);
        products = f32x4.add(products, f32x4.mul(weight, z));
      }
      total01 = f64x2.add(total01, f64x2.promote_low_f32x4(sum));
      total23 = f64x2.add(total23, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
      moment01 = f64x2.add(moment01, f64x2.promote_low_f32x4(products));
      moment23 = f64x2.add(moment23, f64x2.promote_low_f32x4(i32x4.shuffle(products, products, 2, 3, 0, 1)));
    }
    const totals = f64x2.add(total01, total23);
    const moments = f64x2.add(moment01, moment23);
    total = f64x2.extract_lane(totals, 0) + f64x2.extract_lane(totals, 1);
    moment = f64x2.extract_lane(moments, 0) + f64x2.extract_lane(moments, 1);
  } else {
    let totals0: f64 = 0;
    let totals1: f64 = 0;
    let moments0: f64 = 0;
    let moments1: f64 = 0;
    // lanes 0 and 2 make one sum, 1 and 3 the other, each pair added last as in the vector form
    for (let lane: usize = 0; lane < 4; lane++) {
      let laneTotal: f64 = 0;
      let laneMoment: f64 = 0;
      for (let block = row; block < end; block += BLOCK_ELEMENTS * 4) {
        let sum: f32 = 0;
        let products: f32 = 0;
        for (let p = block + lane * 4; p < block + BLOCK_ELEMENTS * 4; p += 16) {
          const power = (load<f32>(p) - largest) * scale;
          const z = power > LEAST_POWER ? power : LEAST_POWER;
          const weight = pow2NonPositive(z);
          sum += weight;
          products += weight * z;
        }
        laneTotal += <f64>sum;
        laneMoment += <f64>products;
      }
      if (lane & 1) {
        totals1 += laneTotal;
        moments1 += laneMoment;
      } else {
        totals0 += laneTotal;
        moments0 += laneMoment;
      }
    }
    total = totals0 + totals1;
    moment = moments0 + moments1;
  }
  totalMass32 = total;
  return moment / total;
}

/** Sum of the cheap or the exact f32 weights of the logits in (low, high). */
export function massWithin(row: usize, origin: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  return exact ? massBetween(row, origin, scale, low, high, true) : massBetween(row, origin, scale, low, high, false);
}

// @ts-ignore: decorator
@inline
function massBetween(row: usize, origin: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  let total: f64 = 0;
  for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
    if (!(load<f32>(blockMax + (b << 2)) > low)) continue;
    const block = row + b * (BLOCK_ELEMENTS * 4);
    let sum: f32;
    if (ASC_FEATURE_SIMD) {
      const origin4 = f32x4.splat(origin);
      const scale4 = f32x4.splat(scale);
      const bias4 = f32x4.splat(BIAS);
      const lowest4 = f32x4.splat(LOWEST);
      const low4 = f32x4.splat(low);
      const high4 = f32x4.splat(high);
      let sums = f32x4.splat(0);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
        const x = v128.load(p);
        const weight = weigh4(x, origin4, scale4, bias4, lowest4, low4, exact, true);
        sums = f32x4.add(sums, v128.and(weight, f32x4.lt(x, high4)));
      }
      sum =
        f32x4.extract_lane(sums, 0) +
        f32x4.extract_lane(sums, 2) +
        (f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 3));
      if (!exact) sum = -sum;
    } else {
      sum =
        laneBetween(block, origin, scale, low, high, exact) +
        laneBetween(block + 8, origin, scale, low, high, exact) +
        (laneBetween(block + 4, origin, scale, low, high, exact) +
          laneBetween(block + 12, origin, scale, low, high, exact));
    }
    total += <f64>sum;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function laneBetween(lane: usize, origin: f32, scale: f32, low: f32, high: f32, exact: bool): f32 {
  let sum: f32 = 0;
  for (let p = lane; p < lane + BLOCK_ELEMENTS * 4; p += 16) {
    const x = load<f32>(p);
    if (x < high) sum += weigh(x, origin, scale, low, exact, true);
  }
  return sum;
}
