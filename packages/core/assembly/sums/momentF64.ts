// Σ weight and Σ weight·z of a dense row, in f64.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { readBlock } from "../blocks/closedBlocks";
import { expTable, paddedLength } from "../memory/workspace";
import { expNonPositive, expNonPositivex2 } from "../numbers/exp64";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import { exponents, holdScale } from "./exponents64";

/** Least exponent that has a weight in f64, see `expNonPositive`. */
const LEAST_EXPONENT: f64 = -708;
/** Σ w and Σ w·z after `massAndMomentF64`, z = (x − largest)·beta. */
export let massF64: f64 = 0;
export let momentF64: f64 = 0;

/** Fills `massF64` and `momentF64` in f64: elements of even and of odd index, then both. */
export function massAndMomentF64(beta: f64): void {
  const largest = rowMax;
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
  massF64 = mass0 + mass1;
  momentF64 = moment0 + moment1;
}
