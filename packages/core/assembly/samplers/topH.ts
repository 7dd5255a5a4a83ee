// A cut by entropy.
import { STAGE_FLAGS, STAGE_NUMBER_0, TOP_H_MOST } from "../../src/layout";
import { TOP_H_SUMS_TERMS } from "../../src/generated/samplerConstants";
import { keepRange, listCount, listMax } from "../list/list";
import { selectLargest } from "../list/select";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { logPositive } from "../numbers/log64";
import { beta, listAll } from "../row/row";
import { entropy } from "../sums/listEntropy";
import { scaled } from "./typicalP";

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
