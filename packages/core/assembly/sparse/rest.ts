// What is known of the tokens that a sparse row does not list: none of their logits is above a ceiling, and their weights
// e^((x − ceiling)·beta) add up to something between two bounds. Edits and temperatures move what is known; a cut that provably
// takes all of them out closes the rest.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { blockListed } from "../memory/workspace";
import { expModerate, expNonPositive } from "../numbers/exp64";
import { toFinite } from "../numbers/floats";
import { logPositive } from "../numbers/log64";

/** Whether tokens that are not listed can still be drawn. */
export let hasRest: bool = false;
/** None of them has a larger logit. Among equals, they come after those that are listed. */
export let ceiling: f32 = -Infinity;
/** How many they are at most; their weights add up to something between the others. */
export let restCount: f64 = 0;
export let leastRest: f64 = 0;
export let mostRest: f64 = 0;

/** At most `count` tokens with logits up to `most`, which weigh `weight` together. */
export function openRest(most: f32, count: f64, weight: f64): void {
  hasRest = true;
  ceiling = most;
  restCount = count;
  leastRest = weight;
  mostRest = weight;
}

/** Nothing of the rest counts any more. */
export function closeRest(): void {
  hasRest = false;
}

/** Whether the sparse row lists the token. */
// @ts-ignore: decorator
@inline
export function isListed(tokenId: i32): bool {
  const bits = load<u64>(blockListed + ((<usize>tokenId / BLOCK_ELEMENTS) << 3));
  return ((bits >> (tokenId & (BLOCK_ELEMENTS - 1))) & 1) != 0;
}

/** Whether `logitAt` and `patch` speak of a token of the rest. */
// @ts-ignore: decorator
@inline
export function isOfRest(tokenId: i32): bool {
  return hasRest && !isListed(tokenId);
}

/** A token of the rest was edited: the ceiling would have become `value`, and no edit lifts a smaller logit above a larger one. */
export function editRest(value: f32): void {
  if (value > ceiling) {
    const factor = expNonPositive(<f64>ceiling - <f64>value);
    mostRest = mostRest * factor + 1;
    leastRest *= factor;
    ceiling = value;
  } else leastRest = max(leastRest - 1, 0); // it weighed one ceiling at most
}

/** At most `count` of the rest still count. */
export function narrowRest(count: f64): void {
  if (count == 0) return closeRest();
  leastRest = max(leastRest - max(restCount - count, 0), 0);
  mostRest = min(mostRest, count);
  restCount = min(restCount, count);
}

/** Some of the rest gain up to `delta` ≥ 0. */
export function raiseSome(delta: f64): void {
  ceiling = toFinite(<f64>ceiling + delta);
  leastRest *= expNonPositive(-delta);
}

/** beta becomes `ratio` times what it was. Relative to the ceiling, weights fall when it grows, and least where all are equal. */
export function heatRest(ratio: f64): void {
  if (ratio >= 1) leastRest = sharedEvenly(leastRest, ratio);
  else mostRest = sharedEvenly(mostRest, ratio);
}

/** Σ of `restCount` equal weights that add up to `weight`, each to the power `ratio`. */
function sharedEvenly(weight: f64, ratio: f64): f64 {
  if (weight == 0) return 0;
  return restCount * expNonPositive(ratio * logPositive(min(weight / restCount, 1)));
}

/** beta went into the logits. */
export function scaleCeiling(beta: f64): void {
  ceiling = toFinite(<f64>ceiling * beta);
}

/** `mostRest`, or `leastRest`, by weights relative to a logit, at a temperature. */
// @ts-ignore: decorator
@inline
export function restWeight(weight: f64, largest: f32, beta: f64): f64 {
  return weight == 0 ? 0 : weight * expModerate(min((<f64>ceiling - <f64>largest) * beta, 700));
}
