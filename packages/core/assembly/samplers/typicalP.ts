// Locally typical sampling, on the sorted list; draw/typicalDraw.ts does without.
import { STAGE_FLAGS, STAGE_INTEGER, STAGE_NUMBER_0 } from "../../src/layout";
import { TYPICAL_P_KEEPS_TIES, TYPICAL_P_PASSES_EDGE } from "../../src/generated/samplerConstants";
import { keyLogit } from "../list/keys";
import { keepRange, keyAt, listCount, listMax } from "../list/list";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { logPositive } from "../numbers/log64";
import { beta, listAll } from "../row/row";
import { entropy } from "../sums/listEntropy";

/** The smallest set, nearest to the entropy by |−ln p − H|, with mass ≥ p; equals: the more probable side first.
 *  (Meister et al. 2023, arXiv 2202.00666.) The set is a range of the sorted list, grown from where −ln p = H. integer: of
 *  no fewer than that. */
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
  const passesEdge = (load<i32>(stage, STAGE_FLAGS) & TYPICAL_P_PASSES_EDGE) != 0;
  const least = load<i32>(stage, STAGE_INTEGER);
  let sum: f64 = 0;
  while (first > 0 || end < listCount) {
    const above = first > 0 ? scaled(first - 1, largest) - centre : f64.MAX_VALUE;
    const below = end < listCount ? centre - scaled(end, largest) : f64.MAX_VALUE;
    sum += above <= below ? weightAt(--first) : weightAt(end++);
    if (end - first >= least && (passesEdge ? sum > target : sum >= target)) break;
  }
  if (load<i32>(stage, STAGE_FLAGS) & TYPICAL_P_KEEPS_TIES) {
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
export function scaled(index: i32, largest: f32): f64 {
  return (<f64>keyLogit(keyAt(index)) - <f64>largest) * beta;
}
