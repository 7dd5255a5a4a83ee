// Tail-free sampling.
import { STAGE_NUMBER_0 } from "../../src/layout";
import { keepRange, listCount, listMax } from "../list/list";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { beta, listAll } from "../row/row";

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
