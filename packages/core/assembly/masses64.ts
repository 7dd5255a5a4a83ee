// Sums in f64, for what the bounds of f32 sums leave open.
import { BLOCK_ELEMENTS } from "../src/layout";
import { readBlock } from "./closedBlocks";
import { floatBelow } from "./floats";
import { isAbovePivot, pivotLogit, pivotTokenId } from "./masses";
import { exponents, holdScale } from "./exponents";
import { expNonPositive, expNonPositivex2 } from "./math";
import { blockMax, expTable, paddedLength } from "./workspace";

/** Sum in f64 of the weights of what is above the pivot: elements of even and of odd index, then both. */
export function exactMass64Above(row: usize, largest: f32, beta: f64): f64 {
  const own = pivotTokenId / BLOCK_ELEMENTS;
  let even: f64 = 0;
  let odd: f64 = 0;
  holdScale(largest, beta);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < pivotLogit) continue;
    const block = readBlock(row, b);
    if (ASC_FEATURE_SIMD && b != own) {
      const floor2 = f64x2.splat(<f64>(b < own ? floatBelow(pivotLogit) : pivotLogit));
      let sums = f64x2(even, odd);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 8) {
        const x = f64x2.promote_low_f32x4(v128.load64_zero(p));
        const weights = expNonPositivex2(exponents(x), expTable);
        sums = f64x2.add(sums, v128.and(weights, f64x2.gt(x, floor2)));
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

/** Σ w and Σ w·z after `exactSums64`, z = (x − largest)·beta. */
export let massTotal64: f64 = 0;
export let momentTotal64: f64 = 0;

/** Fills `massTotal64` and `momentTotal64` in f64: elements of even and of odd index, then both. */
export function exactSums64(row: usize, largest: f32, beta: f64): void {
  let mass0: f64 = 0;
  let mass1: f64 = 0;
  let moment0: f64 = 0;
  let moment1: f64 = 0;
  holdScale(largest, beta);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    const block = readBlock(row, b);
    if (ASC_FEATURE_SIMD) {
      let masses = f64x2(mass0, mass1);
      let moments = f64x2(moment0, moment1);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 8) {
        const x = f64x2.promote_low_f32x4(v128.load64_zero(p));
        const z = f64x2.pmax(f64x2.splat(LEAST_EXPONENT), exponents(x));
        const weights = expNonPositivex2(z, expTable);
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
  massTotal64 = mass0 + mass1;
  momentTotal64 = moment0 + moment1;
}
