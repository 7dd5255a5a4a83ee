// A cut at a weight that sums over the whole row decide, without a list of the row: f32 sums bracket the threshold, and where
// no logit lies in the bracket, what is kept is what exact sums would keep. Else f64 sums narrow it.
import { BLOCK_ELEMENTS } from "../src/layout";
import { readBlock } from "./closedBlocks";
import { cheapScale, MASS32_ERROR } from "./masses";
import { exactSums64, massTotal64, momentTotal64 } from "./masses64";
import { logPositive } from "./math";
import { meanPower, powerMass } from "./powers";
import { beta, floor, isDense, raiseFloor, row } from "./row";
import { exactMass32 } from "./rowMass";
import { rowMax } from "./scan";
import { blockMax, paddedLength } from "./workspace";

/** Sums are taken in f32 (tier 0), then in f64. */
export const TIERS = 2;
export const EXACT_TIER = 1;
/** Relative error bound of f64 sums of up to 2^24 terms. */
const MASS64_ERROR: f64 = 4e-9;
/** Relative error bound of `meanPower`: f32 weights, their products with z, and block sums. */
export const CENTRE_ERROR: f64 = 2e-5;
const LN2: f64 = reinterpret<f64>(0x3fe62e42fefa39ef);

/** How far off the last `logMass` or `rowEntropy` can be. */
export let tierError: f64 = 0;

/** Whether `cutAtLogWeight` can be tried. */
export function canCutDense(): bool {
  return isDense && floor == -Infinity && beta >= 1e-3 && beta <= 1e3;
}

/** ln Σ weight^power of the dense row. */
export function logMass(power: f64, tier: i32): f64 {
  tierError = tier == 0 ? 2 * MASS32_ERROR : MASS64_ERROR;
  if (tier == 0) return logPositive(exactMass32(row, cheapScale(beta * power)));
  exactSums64(row, rowMax, beta * power);
  return logPositive(massTotal64);
}

/** Entropy of the dense row in nats; `rowLogMass`: as from `logMass`. */
export function rowEntropy(tier: i32): f64 {
  let mean: f64;
  if (tier == 0) {
    const power = meanPower(row, rowMax, cheapScale(beta));
    mean = power * LN2;
    rowLogMass = logPositive(powerMass);
    tierError = 2 * MASS32_ERROR + CENTRE_ERROR * (1 - power);
  } else {
    exactSums64(row, rowMax, beta);
    mean = momentTotal64 / massTotal64;
    rowLogMass = logPositive(massTotal64);
    tierError = MASS64_ERROR * (2 - mean);
  }
  return rowLogMass - mean;
}

/** As `logMass(1, …)`, after `rowEntropy`. */
export let rowLogMass: f64 = 0;

/** The logit that weighs e^logWeight. */
// @ts-ignore: decorator
@inline
export function thresholdOf(logWeight: f64): f64 {
  return <f64>rowMax + logWeight / beta;
}

/** Whether it is certain which logits weigh at least e^logWeight, which may be off by twice `tierError`. */
export function areDecided(logWeight: f64): bool {
  const at = thresholdOf(logWeight);
  const slack = (2 * tierError) / beta + abs(at) * 1e-12;
  return at - slack > <f64>rowMax || !hasBetween(row, at - slack, at + slack);
}

/** Whether the last cut was above the largest logit. */
export let isAboveAll: bool = false;

/** In f64, e^−z is 1 up to this z. */
const NO_LESS_THAN_ONE: f64 = 5.551115123125783e-17; // 2^-54

/** Keeps what weighs at least e^logWeight, or what in f64 weighs as much as the largest. False, and nothing done, where the weight's
 *  error leaves open what is kept. Call if `canCutDense`. */
export function cutAtLogWeight(logWeight: f64): bool {
  if (!areDecided(logWeight)) return false;
  isAboveAll = thresholdOf(logWeight) > <f64>rowMax;
  raiseFloor(isAboveAll ? thresholdOf(-NO_LESS_THAN_ONE) : thresholdOf(logWeight));
  return true;
}

/** Whether a logit of the row lies in [low, high]. */
export function hasBetween(row: usize, low: f64, high: f64): bool {
  for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
    if (<f64>load<f32>(blockMax + (b << 2)) < low) continue;
    const block = readBlock(row, <i32>b);
    if (ASC_FEATURE_SIMD) {
      const low2 = f64x2.splat(low);
      const high2 = f64x2.splat(high);
      let found = i64x2.splat(0);
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 8) {
        const x = f64x2.promote_low_f32x4(v128.load64_zero(p));
        found = v128.or(found, v128.and(f64x2.ge(x, low2), f64x2.le(x, high2)));
      }
      if (v128.any_true(found)) return true;
    } else {
      for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) {
        const x = <f64>load<f32>(p);
        if (x >= low && x <= high) return true;
      }
    }
  }
  return false;
}
