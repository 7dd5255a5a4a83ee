// A cut by entropy.
import { STAGE_FLAGS, STAGE_NUMBER_0, TOP_H_MOST } from "../../src/layout";
import { TOP_H_SUMS_TERMS } from "../../src/generated/samplerConstants";
import { gatherLargestCapped } from "../list/gatherLargest";
import { keepRange, listCount, listMax } from "../list/list";
import { selectLargest } from "../list/select";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { paddedLength } from "../memory/workspace";
import { expModerate } from "../numbers/exp64";
import { logPositive } from "../numbers/log64";
import { beta, listAll, row, useList } from "../row/row";
import { rowMax } from "../row/scan";
import { canCutDense } from "../sums/denseCut";
import { entropy } from "../sums/listEntropy";
import { F32_TIER, rowEntropy, tierError } from "../sums/tiers";
import { scaled } from "./typicalP";

/** The largest tokens as long as their entropy stays ≤ α times that of all, or as the flag says. (Potraghloo et al. 2025,
 *  arXiv 2509.02510.) */
export function topH(stage: usize): void {
  const alpha = load<f64>(stage, STAGE_NUMBER_0);
  if (load<i32>(stage, STAGE_FLAGS) == 0 && canCutDense() && keepHead(alpha)) return;
  listAll();
  const sumsTerms = (load<i32>(stage, STAGE_FLAGS) & TOP_H_SUMS_TERMS) != 0;
  if (sumsTerms) selectLargest(TOP_H_MOST);
  sortList();
  const largest = listMax();
  const total = weighList(largest, beta);
  const limit = alpha * entropy(largest, total);
  let sum: f64 = 0;
  let weighted: f64 = 0; // Σ w·z
  let count = 0;
  // the entropy of n tokens is ln n at most
  const sure = sumsTerms ? 1 : expModerate(limit) * (1 - 1e-9);
  while (count < listCount) {
    sum += weightAt(count);
    weighted += weightAt(count) * scaled(count, largest);
    // Σ −p·ln p = (Σ w·ln Z − Σ w·z) / Z over the kept; Z is their own sum, or that of all
    const all = sumsTerms ? total : sum;
    if (count > 0 && <f64>(count + 1) > sure && (sum * logPositive(all) - weighted) / all > limit) break;
    count++;
  }
  keepRange(0, count);
}

/** Sizes of the lists in which the end of what is kept is looked for before the whole row is listed. */
const FIRST_HEAD = 64;
const MOST_HEAD = 4096;
const HEAD_GROWTH = 8;

/** The same of a whole row, from its largest tokens alone. False, and nothing done, where these do not decide: the entropy of
 *  all is that of f32 sums, within their error. */
function keepHead(alpha: f64): bool {
  const limit = alpha * rowEntropy(F32_TIER);
  const slack = alpha * tierError + 1e-9 * (1 + limit);
  for (let size = FIRST_HEAD; size <= MOST_HEAD && size * 4 < paddedLength; size *= HEAD_GROWTH) {
    gatherLargestCapped(row, size, rowMax);
    sortList();
    weighList(rowMax, beta);
    let sum: f64 = 0;
    let weighted: f64 = 0;
    for (let i = 0; i < listCount; i++) {
      sum += weightAt(i);
      weighted += weightAt(i) * scaled(i, rowMax);
      if (i == 0) continue;
      const nats = (sum * logPositive(sum) - weighted) / sum;
      if (nats > limit + slack) {
        keepRange(0, i);
        useList();
        return true;
      }
      if (nats > limit - slack) return false;
    }
  }
  return false;
}
