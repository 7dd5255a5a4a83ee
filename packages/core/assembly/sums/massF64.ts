// Σ weight of what is above the pivot, in f64.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { readBlock } from "../blocks/closedBlocks";
import { blockMax, expTable, paddedLength } from "../memory/workspace";
import { expNonPositive, expNonPositivex2 } from "../numbers/exp64";
import { floatBelow } from "../numbers/floats";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import { exponents, holdScale } from "./exponents64";
import { isAbovePivot, pivotLogit, pivotTokenId } from "./pivot";

/** Sum in f64 of the weights of what is above the pivot: elements of even and of odd index, then both. */
export function massAboveF64(beta: f64): f64 {
  const largest = rowMax;
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
