// Weights that bracket the true ones: with z = (x − max)·beta / ln 2, the float whose exponent and mantissa are z's integer and
// fraction is 2^⌊z⌋·(1 + frac z): at least 2^z and at most 6.15 % more (the idea: Schraudolph 1999, Neural Computation 11).
// One multiply-add, a clamp and a shift cost little more than reading. f32 weights serve where the bracket is too wide.
//
// z + 383 lies in [257, 383] for −126 ≤ z ≤ 0, where a float's mantissa is (z + 127)·2^15: shifted left by 8 it becomes
// exponent and mantissa of the weight, and the last bit of the old exponent its sign. So sums are negative until the end.
import { passForm } from "../blocks/closedBlocks";
import { F16, F16_INFINITY, F32 } from "../blocks/widen";
import { expTable } from "../memory/workspace";
import { scaledPower, scaledPowerx4, weighsNothing } from "../numbers/power32";
import { rowMax } from "../row/scan";

export const BIAS: f32 = 383.0;
export const LOWEST: f32 = 256.0;
/** Least ratio of a weight to its cheap overestimate, the rounding of z (< 4e-5) included. */
export const BRACKET_LEAST_RATIO: f64 = 1.0 / 1.0616;
/** A weight times this is never above its cheap overestimate: rounding of z and of block sums. */
export const BRACKET_SAFETY: f64 = 1.0 - 1.0 / 8192.0;

/** log2(e)·beta as f32; what would overflow stays finite: only equal logits then weigh anything. Above 0, so that padding
 *  weighs 0. */
export function weightScale(beta: f64): f32 {
  return <f32>max(min(beta * 1.4426950408889634, 1e30), 1.4e-45);
}

/** Bracketing weight of one element. */
export function bracketWeight(x: f32, largest: f32, scale: f32): f32 {
  const z = (x - largest) * scale + BIAS;
  return -reinterpret<f32>(reinterpret<u32>(z > LOWEST ? z : LOWEST) << 8);
}

/** Error bound of f32 sums, as a share of the sum of all above the lowest of them: z is off by up to 1.8e-7·|z| (difference,
 *  scale, product), which is at most log2(2^24 tokens) on average, powers by 5e-7, sums of blocks by 4e-7. */
export const MASS_F32_ERROR: f64 = 4e-6;

/** The form in which a pass that weighs the row by that scale can read it: of f16 where what counts as F16_INFINITY weighs as
 *  little as what is infinite. */
// @ts-ignore: decorator
@inline
export function weighedForm(scale: f32): i32 {
  const form = passForm();
  return form == F16 && !weighsNothing(-F16_INFINITY, rowMax, scale) ? F32 : form;
}

/** Of z without BIAS: bracketing weights come out negative, f32 weights times POWER_SCALE. */
// @ts-ignore: decorator
@inline
export function weigh4(z: v128, bias: v128, lowest: v128, exact: bool): v128 {
  // positive floats are in the order of their bits: an integer maximum costs half of a float's
  return exact ? scaledPowerx4(z, expTable) : i32x4.shl(i32x4.max_s(lowest, f32x4.add(z, bias)), 8);
}

/** Bracketing weights come out positive here. */
// @ts-ignore: decorator
@inline
export function weigh(x: f32, largest: f32, scale: f32, exact: bool): f32 {
  return exact ? scaledPower((x - largest) * scale) : bracketWeight(x, largest, scale);
}
