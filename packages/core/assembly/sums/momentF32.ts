// Mean of the exponents z = (x − largest)·scale of a dense row, in powers of 2, by f32 weights.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { passBlock, readBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F16, F32, fourOf16 } from "../blocks/widen";
import { expTable, paddedLength } from "../memory/workspace";
import { POWER_SCALE, scaledPower, scaledPowerInRangex4 } from "../numbers/power32";
import { add4, lanesSum } from "../numbers/vectors";
import { row } from "../row/row";
import { rowMax } from "../row/scan";
import { weighedForm } from "./bracketWeights";

/** Smaller powers of 2 count as this one where the power itself is needed. */
const LEAST_POWER: f32 = -125.0;

/** Σ weight after `meanExponentF32`, within MASS_F32_ERROR. */
export let meanMassF32: f64 = 0;

/** Mean of z = (x − largest)·scale under the row's distribution, z in powers of 2. Fills `meanMassF32`, within MASS_F32_ERROR. */
export function meanExponentF32(scale: f32): f64 {
  return meanLoweredF32(scale, 0);
}

/** The same where each z above `most` ≤ 0 counts as `most`. */
export function meanLoweredF32(scale: f32, most: f32): f64 {
  const form = weighedForm(scale);
  if (ASC_FEATURE_SIMD && form == BF16) return meanOf(scale, most, BF16);
  if (ASC_FEATURE_SIMD && form == F16) return meanOf(scale, most, F16);
  return meanOf(scale, most, F32);
}

// @ts-ignore: decorator
@inline
function meanOf(scale: f32, most: f32, form: i32): f64 {
  const largest = rowMax;
  let moment: f64;
  if (ASC_FEATURE_SIMD) {
    const largest4 = f32x4.splat(largest);
    const scale4 = f32x4.splat(scale);
    const least4 = f32x4.splat(LEAST_POWER);
    const most4 = f32x4.splat(most);
    let total01 = f64x2.splat(0);
    let total23 = total01;
    let moment01 = total01;
    let moment23 = total01;
    for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
      const block = passBlock(row, b, form);
      let sum = f32x4.splat(0);
      let products = sum;
      for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
        const z0 = f32x4.pmin(most4, f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 0, form), largest4), scale4), least4));
        const z1 = f32x4.pmin(most4, f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 1, form), largest4), scale4), least4));
        const z2 = f32x4.pmin(most4, f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 2, form), largest4), scale4), least4));
        const z3 = f32x4.pmin(most4, f32x4.pmax(f32x4.mul(f32x4.sub(fourOf16(p, 3, form), largest4), scale4), least4));
        const w0 = scaledPowerInRangex4(z0, expTable);
        const w1 = scaledPowerInRangex4(z1, expTable);
        const w2 = scaledPowerInRangex4(z2, expTable);
        const w3 = scaledPowerInRangex4(z3, expTable);
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
    meanMassF32 = lanesSum(f64x2.add(total01, total23));
    moment = lanesSum(f64x2.add(moment01, moment23));
  } else {
    const moment0 = laneMoment(0, scale, most);
    const mass0 = laneMass;
    const moment1 = laneMoment(1, scale, most);
    const mass1 = laneMass;
    const moment2 = laneMoment(2, scale, most);
    const mass2 = laneMass;
    const moment3 = laneMoment(3, scale, most);
    meanMassF32 = mass0 + mass2 + (mass1 + laneMass);
    moment = moment0 + moment2 + (moment1 + moment3);
  }
  const mean = moment / meanMassF32;
  meanMassF32 /= POWER_SCALE;
  return mean;
}

/** Sum of the weights of the lane after `laneMoment`. */
let laneMass: f64 = 0;

function laneMoment(lane: usize, scale: f32, most: f32): f64 {
  const largest = rowMax;
  let moment: f64 = 0;
  laneMass = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    let sum: f32 = 0;
    let products: f32 = 0;
    const block = readBlock(row, b) + lane * 4;
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 64) {
      const z0 = min(powerOf(load<f32>(p), largest, scale), most);
      const z1 = min(powerOf(load<f32>(p, 16), largest, scale), most);
      const z2 = min(powerOf(load<f32>(p, 32), largest, scale), most);
      const z3 = min(powerOf(load<f32>(p, 48), largest, scale), most);
      const w0 = scaledPower(z0);
      const w1 = scaledPower(z1);
      const w2 = scaledPower(z2);
      const w3 = scaledPower(z3);
      sum += w0 + w1 + (w2 + w3);
      products += w0 * z0 + w1 * z1 + (w2 * z2 + w3 * z3);
    }
    laneMass += <f64>sum;
    moment += <f64>products;
  }
  return moment;
}

// @ts-ignore: decorator
@inline
function powerOf(x: f32, largest: f32, scale: f32): f32 {
  const z = (x - largest) * scale;
  return z > LEAST_POWER ? z : LEAST_POWER;
}
