// Weights of a dense row, summed in one fixed order, so that both builds give the same bits: each lane of a block four vectors
// pairwise, the four groups one after another in f32; each lane's blocks in f64; then lanes (0+2)+(1+3).
//
// Cheap weights overestimate: with z = (x − max)·beta / ln 2, the float whose exponent and mantissa are z's integer and
// fraction is 2^⌊z⌋·(1 + frac z): at least 2^z and at most 6.15 % more (the idea: Schraudolph 1999, Neural Computation 11).
// One multiply-add, a clamp and a shift cost little more than reading. Exact weights serve where the bound does not do.
import { BLOCK_ELEMENTS } from "../src/layout";
import { floatBelow } from "./floats";
import { expNonPositive, expNonPositivex2, pow2InRangex4, pow2NonPositive, pow2NonPositivex4 } from "./math";
import { openBlock, readBlock } from "./closedBlocks";
import { add4 } from "./vectors";
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
/** Error bound of f32 sums, as a share of the sum of all above the lowest of them: z is off by up to 1.8e-7·|z| (difference,
 *  scale, product), which is at most log2(2^24 tokens) on average, powers by 2e-7, sums of blocks by 4e-7. */
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

/** Cheap weights come out negative, see BIAS. */
// @ts-ignore: decorator
@inline
function weigh4(x: v128, largest: v128, scale: v128, bias: v128, lowest: v128, exact: bool): v128 {
  const z = f32x4.mul(f32x4.sub(x, largest), scale);
  // positive floats are in the order of their bits: an integer maximum costs half of a float's
  return exact ? pow2NonPositivex4(z, powerTable) : i32x4.shl(i32x4.max_s(lowest, f32x4.add(z, bias)), 8);
}

// @ts-ignore: decorator
@inline
function weigh(x: f32, largest: f32, scale: f32, floor: f32, exact: bool, above: bool): f32 {
  if (above && !(x > floor)) return 0;
  return exact ? pow2NonPositive((x - largest) * scale) : cheapWeight(x, largest, scale);
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
  if (exact) sums(row, largest, scale, true, true, true);
  else sums(row, largest, scale, false, true, true);
}

/** The mass above the pivot alone. */
export function weighAbove(row: usize, largest: f32, scale: f32, exact: bool): void {
  if (exact) sums(row, largest, scale, true, false, true);
  else sums(row, largest, scale, false, false, true);
}

/** Sum of the exact weights, within MASS32_ERROR; within 1.2e-6 for beta = 1. */
export function exactMass32(row: usize, largest: f32, scale: f32): f64 {
  sums(row, largest, scale, true, true, false);
  return massTotal;
}

// @ts-ignore: decorator
@inline
function sums(row: usize, largest: f32, scale: f32, exact: bool, all: bool, above: bool): void {
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
    let above01 = total01;
    let above23 = total01;
    for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
      const hasAbove = above && b != own && isBlockAbove(b, own);
      if (!all && !hasAbove) continue;
      const floor4 = b < own ? equalsToo4 : greater4;
      let sum = f32x4.splat(0);
      let sumAbove = sum;
      const block = readBlock(row, b);
      if (above && hasAbove) {
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
    if (above) {
      const even = rowLaneMass(row, 0, largest, scale, exact, true) + rowLaneMass(row, 2, largest, scale, exact, true);
      const odd = rowLaneMass(row, 1, largest, scale, exact, true) + rowLaneMass(row, 3, largest, scale, exact, true);
      massAbove = even + odd;
    }
  }
  if (above) massAbove += ownBlockMass(row, largest, scale, exact);
}

// @ts-ignore: decorator
@inline
function lanesSum(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** Sum in f64 of the weights of what is above the pivot: elements of even and of odd index, then both. */
export function exactMass64Above(row: usize, largest: f32, beta: f64): f64 {
  const own = pivotTokenId / BLOCK_ELEMENTS;
  let even: f64 = 0;
  let odd: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < pivotLogit) continue;
    const block = readBlock(row, b);
    if (ASC_FEATURE_SIMD && b != own) {
      const floor2 = f64x2.splat(<f64>(b < own ? floatBelow(pivotLogit) : pivotLogit));
      let sums = f64x2(even, odd);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 8) {
        const x = f64x2.promote_low_f32x4(v128.load64_zero(p));
        const z = f64x2.mul(f64x2.sub(x, f64x2.splat(<f64>largest)), f64x2.splat(beta));
        sums = f64x2.add(sums, v128.and(expNonPositivex2(z), f64x2.gt(x, floor2)));
      }
      even = f64x2.extract_lane(sums, 0);
      odd = f64x2.extract_lane(sums, 1);
    } else {
      for (let i = 0; i < BLOCK_ELEMENTS; i += 2) {
        const p = block + ((<usize>i) << 2);
        even += weightAbove(load<f32>(p), b * BLOCK_ELEMENTS + i, largest, beta);
        odd += weightAbove(load<f32>(p, 4), b * BLOCK_ELEMENTS + i + 1, largest, beta);
      }
    }
  }
  return even + odd;
}

function weightAbove(x: f32, tokenId: i32, largest: f32, beta: f64): f64 {
  return isAbovePivot(x, tokenId) ? expNonPositive((<f64>x - <f64>largest) * beta) : 0;
}

/** Least exponent that has a weight in f64, see `expNonPositive`. */
const LEAST_EXPONENT: f64 = -708;

/** Σ w·z after `exactSums64`, z = (x − largest)·beta. */
export let momentTotal: f64 = 0;

/** Fills `massTotal` and `momentTotal` in f64: elements of even and of odd index, then both. */
export function exactSums64(row: usize, largest: f32, beta: f64): void {
  let mass0: f64 = 0;
  let mass1: f64 = 0;
  let moment0: f64 = 0;
  let moment1: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const block = readBlock(row, b);
    if (ASC_FEATURE_SIMD) {
      const largest2 = f64x2.splat(<f64>largest);
      const beta2 = f64x2.splat(beta);
      let masses = f64x2(mass0, mass1);
      let moments = f64x2(moment0, moment1);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 8) {
        const x = f64x2.promote_low_f32x4(v128.load64_zero(p));
        const z = f64x2.pmax(f64x2.splat(LEAST_EXPONENT), f64x2.mul(f64x2.sub(x, largest2), beta2));
        const weights = expNonPositivex2(z);
        masses = f64x2.add(masses, weights);
        moments = f64x2.add(moments, f64x2.mul(weights, z));
      }
      mass0 = f64x2.extract_lane(masses, 0);
      mass1 = f64x2.extract_lane(masses, 1);
      moment0 = f64x2.extract_lane(moments, 0);
      moment1 = f64x2.extract_lane(moments, 1);
    } else {
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 8) {
        const z0 = max((<f64>load<f32>(p) - <f64>largest) * beta, LEAST_EXPONENT);
        const z1 = max((<f64>load<f32>(p, 4) - <f64>largest) * beta, LEAST_EXPONENT);
        const w0 = expNonPositive(z0);
        const w1 = expNonPositive(z1);
        mass0 += w0;
        mass1 += w1;
        moment0 += w0 * z0;
        moment1 += w1 * z1;
      }
    }
  }
  massTotal = mass0 + mass1;
  momentTotal = moment0 + moment1;
}

/** Mean and variance of z, in powers of 2, under the cheap weights after `cheapMoments`. */
export let meanZ: f64 = 0;
export let varianceZ: f64 = 0;

/** Fills `massTotal`, cheap, `meanZ` and `varianceZ`. Not the same bits in both builds: good for bounds. */
export function cheapMoments(row: usize, largest: f32, scale: f32): void {
  let mass: f64 = 0;
  let moment: f64 = 0;
  let square: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const block = readBlock(row, b);
    let blockMass: f32 = 0;
    let blockMoment: f32 = 0;
    let blockSquare: f32 = 0;
    if (ASC_FEATURE_SIMD) {
      const largest4 = f32x4.splat(largest);
      const scale4 = f32x4.splat(scale);
      const bias4 = f32x4.splat(BIAS);
      const lowest4 = f32x4.splat(LOWEST);
      let masses = f32x4.splat(0);
      let moments = masses;
      let squares = masses;
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 16) {
        const biased = f32x4.add(f32x4.mul(f32x4.sub(v128.load(p), largest4), scale4), bias4);
        const clamped = i32x4.max_s(lowest4, biased);
        const weight = i32x4.shl(clamped, 8);
        const z = f32x4.sub(clamped, bias4);
        const product = f32x4.mul(weight, z);
        masses = f32x4.add(masses, weight);
        moments = f32x4.add(moments, product);
        squares = f32x4.add(squares, f32x4.mul(product, z));
      }
      blockMass = -sumOfLanes(masses);
      blockMoment = -sumOfLanes(moments);
      blockSquare = -sumOfLanes(squares);
    } else {
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
        const z = max((load<f32>(p) - largest) * scale, LOWEST - BIAS);
        const product = cheapWeight(load<f32>(p), largest, scale) * z;
        blockMass += cheapWeight(load<f32>(p), largest, scale);
        blockMoment += product;
        blockSquare += product * z;
      }
    }
    mass += <f64>blockMass;
    moment += <f64>blockMoment;
    square += <f64>blockSquare;
  }
  massTotal = mass;
  meanZ = moment / mass;
  varianceZ = max(square / mass - meanZ * meanZ, 0);
}

// @ts-ignore: decorator
@inline
function sumOfLanes(v: v128): f32 {
  const two = f32x4.add(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/** Mean of z = (x − largest)·scale under the row's distribution, z in powers of 2. `massTotal`: as after `exactMass32`. */
export function meanPower(row: usize, largest: f32, scale: f32): f64 {
  let moment: f64;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const least4 = f32x4.splat(LEAST_POWER);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    let moment01 = total01;
    let moment23 = total01;
    for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
      const block = readBlock(row, b);
      let sum = f32x4.splat(0);
      let products = sum;
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
        const z0 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p), largest4), scale4), least4);
        const z1 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p, 16), largest4), scale4), least4);
        const z2 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p, 32), largest4), scale4), least4);
        const z3 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(p, 48), largest4), scale4), least4);
        const w0 = pow2InRangex4(z0, powerTable);
        const w1 = pow2InRangex4(z1, powerTable);
        const w2 = pow2InRangex4(z2, powerTable);
        const w3 = pow2InRangex4(z3, powerTable);
        sum = f32x4.add(sum, add4(w0, w1, w2, w3));
        products = f32x4.add(
          products,
          add4(f32x4.mul(w0, z0), f32x4.mul(w1, z1), f32x4.mul(w2, z2), f32x4.mul(w3, z3)),
        );
      }
      total01 = f64x2.add(total01, f64x2.promote_low_f32x4(sum));
      total23 = f64x2.add(total23, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
      moment01 = f64x2.add(moment01, f64x2.promote_low_f32x4(products));
      moment23 = f64x2.add(moment23, f64x2.promote_low_f32x4(i32x4.shuffle(products, products, 2, 3, 0, 1)));
    }
    massTotal = lanesSum(f64x2.add(total01, total23));
    moment = lanesSum(f64x2.add(moment01, moment23));
  } else {
    exactMass32(row, largest, scale);
    const even = laneMoment(row, 0, largest, scale) + laneMoment(row, 2, largest, scale);
    moment = even + (laneMoment(row, 1, largest, scale) + laneMoment(row, 3, largest, scale));
  }
  return moment / massTotal;
}

function laneMoment(row: usize, lane: usize, largest: f32, scale: f32): f64 {
  let moment: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    let products: f32 = 0;
    const block = readBlock(row, b) + lane * 4;
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
      const m0 = momentOf(load<f32>(p), largest, scale);
      const m1 = momentOf(load<f32>(p, 16), largest, scale);
      const m2 = momentOf(load<f32>(p, 32), largest, scale);
      const m3 = momentOf(load<f32>(p, 48), largest, scale);
      products += m0 + m1 + (m2 + m3);
    }
    moment += <f64>products;
  }
  return moment;
}

// @ts-ignore: decorator
@inline
function momentOf(x: f32, largest: f32, scale: f32): f32 {
  const power = (x - largest) * scale;
  const z = power > LEAST_POWER ? power : LEAST_POWER;
  return pow2NonPositive(z) * z;
}

/** Sum of the cheap or the exact f32 weights of the logits in (low, high). */
export function massWithin(row: usize, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  return exact ? massBetween(row, largest, scale, low, high, true) : massBetween(row, largest, scale, low, high, false);
}

// @ts-ignore: decorator
@inline
function massBetween(row: usize, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const bias4 = f32x4.splat(BIAS);
    const lowest4 = f32x4.splat(LOWEST);
    const low4 = f32x4.splat(low);
    const high4 = f32x4.splat(high);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
      if (!(load<f32>(blockMax + (b << 2)) > low)) continue;
      const block = readBlock(row, <i32>b);
      let sum = f32x4.splat(0);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
        const x0 = v128.load(p);
        const x1 = v128.load(p, 16);
        const x2 = v128.load(p, 32);
        const x3 = v128.load(p, 48);
        const w0 = v128.and(weigh4(x0, largest4, scale4, bias4, lowest4, exact), isWithin4(x0, low4, high4));
        const w1 = v128.and(weigh4(x1, largest4, scale4, bias4, lowest4, exact), isWithin4(x1, low4, high4));
        const w2 = v128.and(weigh4(x2, largest4, scale4, bias4, lowest4, exact), isWithin4(x2, low4, high4));
        const w3 = v128.and(weigh4(x3, largest4, scale4, bias4, lowest4, exact), isWithin4(x3, low4, high4));
        sum = f32x4.add(sum, add4(w0, w1, w2, w3));
      }
      total01 = f64x2.add(total01, f64x2.promote_low_f32x4(sum));
      total23 = f64x2.add(total23, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
    }
    return abs(lanesSum(f64x2.add(total01, total23)));
  } else {
    const even =
      laneWithin(row, 0, largest, scale, low, high, exact) + laneWithin(row, 2, largest, scale, low, high, exact);
    const odd =
      laneWithin(row, 1, largest, scale, low, high, exact) + laneWithin(row, 3, largest, scale, low, high, exact);
    return even + odd;
  }
}

// @ts-ignore: decorator
@inline
function isWithin4(x: v128, low: v128, high: v128): v128 {
  return v128.and(f32x4.gt(x, low), f32x4.lt(x, high));
}

// @ts-ignore: decorator
@inline
function laneWithin(row: usize, lane: usize, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f64 {
  let total: f64 = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    let sum: f32 = 0;
    const block = readBlock(row, b) + lane * 4;
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
      const w0 = weighWithin(load<f32>(p), largest, scale, low, high, exact);
      const w1 = weighWithin(load<f32>(p, 16), largest, scale, low, high, exact);
      const w2 = weighWithin(load<f32>(p, 32), largest, scale, low, high, exact);
      const w3 = weighWithin(load<f32>(p, 48), largest, scale, low, high, exact);
      sum += w0 + w1 + (w2 + w3);
    }
    total += <f64>sum;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function weighWithin(x: f32, largest: f32, scale: f32, low: f32, high: f32, exact: bool): f32 {
  return x < high ? weigh(x, largest, scale, low, exact, true) : 0;
}
