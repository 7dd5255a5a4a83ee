/** Cuts of a short list of logits, descending, and the draw from what is left, in plain JavaScript. */
import { defaultChain } from "./peer.ts";

/** How many of the first entries hold a mass ≥ p of all the entries' mass at temperature 1. */
export function topPCount(descending: ArrayLike<number>, p: number): number {
  const max = descending[0]!;
  let total = 0;
  for (let i = 0; i < descending.length; i++) total += Math.exp(descending[i]! - max);
  let mass = 0;
  for (let i = 0; i < descending.length; i++) {
    mass += Math.exp(descending[i]! - max);
    if (mass >= p * total) return i + 1;
  }
  return descending.length;
}

/** How many of the first entries have at least `minP` times the probability of the largest. */
function minPCount(descending: ArrayLike<number>, minP: number): number {
  const lowest = descending[0]! + Math.log(minP);
  let count = 1;
  while (count < descending.length && descending[count]! >= lowest) count++;
  return count;
}

/** How many of the k largest llama.cpp's default chain leaves. */
export function defaultChainCount(descending: ArrayLike<number>): number {
  return Math.min(topPCount(descending, defaultChain.topP), minPCount(descending, defaultChain.minP));
}

/** Index of the entry that `u` draws from the first `count`, at temperature t. */
export function drawFirst(descending: ArrayLike<number>, count: number, t: number, u: number): number {
  const max = descending[0]!;
  const weights = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[i] = Math.exp((descending[i]! - max) / t);
  let target = u * total;
  for (let i = 0; i < count; i++) {
    target -= weights[i]!;
    if (target < 0) return i;
  }
  return count - 1;
}
