// Cuts that need the candidates in order of probability.
import {
  DOMAIN_XTC,
  STAGE_FLAGS,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  TOP_H_MOST,
  TOP_H_SUMS_TERMS,
  TYPICAL_KEEPS_TIES,
  TYPICAL_PASSES_EDGE,
} from "../src/layout";
import { areDecided, canCutDense, logMass, thresholdOf, TIERS } from "./denseCut";
import { coin } from "./draw";
import { floatBelow, roundedDown } from "./floats";
import { gatherAbove } from "./gather";
import { keepRange, keepUpTo, keyAt, keyLogit, keyTokenId, listCount, listMax, weighList, weightAt } from "./list";
import { logPositive } from "./math";
import { beta, listAll, patch, row, settleEdits } from "./row";
import { selectLargest, sortList } from "./selection";
import { entropy } from "./thresholds";

/** The smallest set, nearest to the entropy by |−ln p − H|, with mass ≥ p; equals: the more probable side first.
 *  (Meister et al. 2023, arXiv 2202.00666.) The set is a range of the sorted list, grown from where −ln p = H. */
export function typicalP(stage: usize): void {
  listAll();
  sortList();
  const largest = listMax();
  const total = weighList(largest, beta);
  const logTotal = logPositive(total);
  const meanSurprise = entropy(largest, total);
  const centre = logTotal - meanSurprise; // z of a token with −ln p = H
  let end = 0;
  while (end < listCount && scaled(end, largest) >= centre) end++;
  let first = end;
  const target = load<f64>(stage, STAGE_NUMBER_0) * total;
  const passesEdge = (load<i32>(stage, STAGE_FLAGS) & TYPICAL_PASSES_EDGE) != 0;
  let sum: f64 = 0;
  while (first > 0 || end < listCount) {
    const above = first > 0 ? scaled(first - 1, largest) - centre : f64.MAX_VALUE;
    const below = end < listCount ? centre - scaled(end, largest) : f64.MAX_VALUE;
    sum += above <= below ? weightAt(--first) : weightAt(end++);
    if (passesEdge ? sum > target : sum >= target) break;
  }
  if (load<i32>(stage, STAGE_FLAGS) & TYPICAL_KEEPS_TIES) {
    // of surprises: probabilities that are equal in f64 are equals, whatever the logits
    const ofFirst = abs(logTotal - scaled(first, largest) - meanSurprise);
    const farthest = max(ofFirst, abs(logTotal - scaled(end - 1, largest) - meanSurprise));
    while (first > 0 && abs(logTotal - scaled(first - 1, largest) - meanSurprise) <= farthest) first--;
    while (end < listCount && abs(logTotal - scaled(end, largest) - meanSurprise) <= farthest) end++;
  }
  keepRange(first, end);
}

// @ts-ignore: decorator
@inline
function scaled(index: i32, largest: f32): f64 {
  return (<f64>keyLogit(keyAt(index)) - <f64>largest) * beta;
}

/** Cuts where the normalised absolute second differences of the sorted probabilities add up to more than z.
 *  (Phénix, Egan 2019, "Tail Free Sampling"; order of operations as in llama.cpp b3000.) */
export function tailFree(stage: usize): void {
  listAll();
  sortList();
  if (listCount <= 2) return;
  weighList(listMax(), beta);
  const z = load<f64>(stage, STAGE_NUMBER_0);
  let total: f64 = 0;
  for (let i = 0; i + 2 < listCount; i++) total += curvature(i);
  if (!(total > 0)) return;
  let sum: f64 = 0;
  for (let i = 0; i + 2 < listCount; i++) {
    sum += curvature(i) / total;
    if (sum > z && i >= 1) return keepRange(0, i);
  }
}

// @ts-ignore: decorator
@inline
function curvature(i: i32): f64 {
  return abs(weightAt(i) - weightAt(i + 1) - (weightAt(i + 1) - weightAt(i + 2)));
}

/** Below this threshold XTC works on the list: there can be more candidates than the dense row should be patched for. */
const LEAST_DENSE_THRESHOLD: f64 = 0.01;

/** With the given probability drops all but the least likely of the tokens with p ≥ threshold. Numbers: probability,
 *  threshold. (p-e-w 2024, text-generation-webui #6335.) */
export function xtc(stage: usize, job: usize): void {
  if (coin(job, DOMAIN_XTC) >= load<f64>(stage, STAGE_NUMBER_0)) return;
  const threshold = load<f64>(stage, STAGE_NUMBER_1);
  if (canCutDense() && threshold >= LEAST_DENSE_THRESHOLD) {
    for (let tier = 0; tier < TIERS; tier++) if (excludeTop(logPositive(threshold) + logMass(1, tier))) return;
  }
  listAll();
  const weight = threshold * weighList(listMax(), beta);
  let least = u64.MAX_VALUE; // key of the least likely of them
  for (let i = 0; i < listCount; i++) if (weightAt(i) >= weight) least = min(least, keyAt(i));
  keepUpTo(least);
}

/** Takes all but the least of the tokens that weigh e^logWeight or more out of the dense row. False, and nothing done, where
 *  the error of the weight leaves open which they are. */
function excludeTop(logWeight: f64): bool {
  if (!areDecided(logWeight)) return false;
  gatherAbove(row, floatBelow(roundedDown(thresholdOf(logWeight))));
  sortList();
  for (let i = 0; i + 1 < listCount; i++) patch(keyTokenId(keyAt(i)), -Infinity);
  settleEdits();
  return true;
}

/** The largest tokens as long as their entropy stays ≤ α times that of all, or as the flag says. (Potraghloo et al. 2025,
 *  arXiv 2509.02510.) */
export function topH(stage: usize): void {
  listAll();
  const sumsTerms = (load<i32>(stage, STAGE_FLAGS) & TOP_H_SUMS_TERMS) != 0;
  if (sumsTerms) selectLargest(TOP_H_MOST);
  sortList();
  const largest = listMax();
  const total = weighList(largest, beta);
  const limit = load<f64>(stage, STAGE_NUMBER_0) * entropy(largest, total);
  let sum: f64 = 0;
  let weighted: f64 = 0; // Σ w·z
  let count = 0;
  while (count < listCount) {
    sum += weightAt(count);
    weighted += weightAt(count) * scaled(count, largest);
    // Σ −p·ln p = (Σ w·ln Z − Σ w·z) / Z over the kept; Z is their own sum, or that of all
    const all = sumsTerms ? total : sum;
    if (count > 0 && (sum * logPositive(all) - weighted) / all > limit) break;
    count++;
  }
  keepRange(0, count);
}
