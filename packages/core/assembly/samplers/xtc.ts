// Excludes the most probable tokens but one.
import { DOMAIN_XTC, STAGE_INTEGER, STAGE_NUMBER_0, STAGE_NUMBER_1 } from "../../src/layout";
import { coin } from "../draw/uniforms";
import { gatherAbove } from "../list/gather";
import { keyTokenId } from "../list/keys";
import { keepUpTo, keyAt, listCount, listMax } from "../list/list";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { floatBelow, roundedDown } from "../numbers/floats";
import { logPositive } from "../numbers/log64";
import { beta, listAll, patch, row, settleEdits } from "../row/row";
import { areDecided, canCutDense, thresholdOf } from "../sums/denseCut";
import { firstTier, logMass, TIERS } from "../sums/tiers";

/** Below this threshold XTC works on the list: there can be more candidates than the dense row should be patched for. */
const LEAST_DENSE_THRESHOLD: f64 = 0.01;

/** With the given probability drops all but the least likely of the tokens with p ≥ threshold. Numbers: probability,
 *  threshold. integer: unless fewer than that would be left. (p-e-w 2024, text-generation-webui #6335.) */
export function xtc(stage: usize): void {
  if (coin(DOMAIN_XTC) >= load<f64>(stage, STAGE_NUMBER_0)) return;
  const threshold = load<f64>(stage, STAGE_NUMBER_1);
  const left = load<i32>(stage, STAGE_INTEGER);
  if (left == 0 && canCutDense() && threshold >= LEAST_DENSE_THRESHOLD) {
    for (let tier = firstTier(); tier < TIERS; tier++)
      if (excludeTop(logPositive(threshold) + logMass(1, tier))) return;
  }
  listAll();
  const weight = threshold * weighList(listMax(), beta);
  let least = u64.MAX_VALUE; // key of the least likely of them
  let dropped = -1;
  for (let i = 0; i < listCount; i++) {
    if (weightAt(i) < weight) continue;
    least = min(least, keyAt(i));
    dropped++;
  }
  if (listCount - dropped >= left) keepUpTo(least);
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
