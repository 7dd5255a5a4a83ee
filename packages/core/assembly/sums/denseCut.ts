// A cut at a weight that sums over the whole row decide, without a list of the row: f32 sums bracket the threshold, and where
// no logit lies in the bracket, what is kept is what exact sums would keep. Else f64 sums narrow it.
import { beta, floor, isDense, raiseFloor } from "../row/row";
import { rowMax } from "../row/scan";
import { hasBetween } from "../row/search";
import { tierError } from "./tiers";

/** Whether `cutAtLogWeight` can be tried. */
export function canCutDense(): bool {
  return isDense && floor == -Infinity && beta >= 1e-3 && beta <= 1e3;
}

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
  return at - slack > <f64>rowMax || !hasBetween(at - slack, at + slack);
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
