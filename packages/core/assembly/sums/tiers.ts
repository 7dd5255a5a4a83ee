// ln Σ weight and the entropy of a dense row: at first within a bracket that costs little, then from f32 sums, whose error bound
// is a narrower one, and where that leaves open what is kept, from f64 sums.
import { LN2 } from "../numbers/constants";
import { logPositive } from "../numbers/log64";
import { isMassKnown, massF32 } from "../row/massF32";
import { beta, row } from "../row/row";
import { MASS_F32_ERROR, weightScale } from "./bracketWeights";
import {
  divideBlocks,
  massMixed,
  mixedLeast,
  mixedMass,
  mixedMean,
  mixedMeanError,
  mixedMost,
  momentMixed,
} from "./mixed";
import { meanExponentF32, meanMassF32 } from "./momentF32";
import { massAndMomentF64, massF64, momentF64 } from "./momentF64";

/** How exactly sums are taken, one after the other. */
const MIXED_TIER = 0;
export const F32_TIER = 1;
export const EXACT_TIER = 2;
export const TIERS = 3;
/** Relative error bound of f64 sums of up to 2^24 terms. */
const MASS_F64_ERROR: f64 = 4e-9;
/** Relative error bound of `meanExponentF32`: f32 weights, their products with z, and block sums. */
export const CENTRE_ERROR: f64 = 2e-5;
/** How far off the last `logMass` or `rowEntropy` can be. */
export let tierError: f64 = 0;

/** Where to start with one `logMass` of power 1: with the mixed tier if it pays. */
export function firstTier(): i32 {
  const scale = weightScale(beta);
  return !isMassKnown(scale) && divideBlocks(scale) ? MIXED_TIER : F32_TIER;
}

/** ln Σ weight^power of the dense row; the mixed tier after `firstTier` said so. */
export function logMass(power: f64, tier: i32): f64 {
  if (ASC_FEATURE_SIMD && tier == MIXED_TIER) {
    massMixed(weightScale(beta * power));
    return logOfMixed();
  }
  tierError = tier == F32_TIER ? 2 * MASS_F32_ERROR : MASS_F64_ERROR;
  if (tier == F32_TIER) return logPositive(massF32(row, weightScale(beta * power)));
  massAndMomentF64(beta * power);
  return logPositive(massF64);
}

function logOfMixed(): f64 {
  // of ln, half of it: who asks allows for twice as much
  tierError = (0.52 * (mixedMost - mixedLeast)) / (mixedMost + mixedLeast);
  return logPositive((mixedLeast + mixedMost) / 2);
}

/** How far the row's entropy can be from the last `mixedEntropy`. */
export let entropySlack: f64 = 0;

/** Entropy of the dense row in nats by mixed sums, after `divideBlocks`; `rowLogMass` is theirs. */
export function mixedEntropy(): f64 {
  momentMixed(weightScale(beta), CENTRE_ERROR);
  rowLogMass = logOfMixed();
  entropySlack = mixedMeanError * LN2 + 1e-12;
  return logPositive(mixedMass) - mixedMean * LN2;
}

/** Whether mixed sums pay and show that the row's entropy is at most `nats`; `rowLogMass` is theirs then. */
export function isEntropyWithin(nats: f64): bool {
  return ASC_FEATURE_SIMD && divideBlocks(weightScale(beta)) && mixedEntropy() + entropySlack <= nats;
}

/** Entropy of the dense row in nats, by f32 or f64 sums; `rowLogMass`: as from `logMass`. */
export function rowEntropy(tier: i32): f64 {
  let mean: f64;
  if (tier == F32_TIER) {
    const power = meanExponentF32(weightScale(beta));
    mean = power * LN2;
    rowLogMass = logPositive(meanMassF32);
    tierError = 2 * MASS_F32_ERROR + CENTRE_ERROR * (1 - power);
  } else {
    massAndMomentF64(beta);
    mean = momentF64 / massF64;
    rowLogMass = logPositive(massF64);
    tierError = MASS_F64_ERROR * (2 - mean);
  }
  return rowLogMass - mean;
}

/** As `logMass(1, …)`, after `rowEntropy`. */
export let rowLogMass: f64 = 0;
