// The largest of a list that together reach a weight, without sorting it.
import { keyAt, leastKey, listCount, listSorted, setCount, setKey, setShuffled } from "./list";
import { anyIndex, medianOf3, restartPivots } from "./partition";
import { setWeight, weightAt } from "./weights";

function swapEntries(i: i32, j: i32): void {
  const key = keyAt(i);
  setKey(i, keyAt(j));
  setKey(j, key);
  const weight = weightAt(i);
  setWeight(i, weightAt(j));
  setWeight(j, weight);
}

/** After `selectMass`: the weight of what was kept, and of the least of it. */
export let selectedMass: f64 = 0;
export let lastMass: f64 = 0;

/** Keeps the smallest set of largest entries whose weights (from `weighList`) reach `target`; at least one.
 *  Quickselect by mass: expected O(n), no sort of what is far from the boundary. */
export function selectMass(target: f64): void {
  let low = 0;
  let high = listCount;
  let above: f64 = 0; // mass of [0, low)
  setShuffled();
  restartPivots();
  while (!listSorted && high - low > 64) {
    const last = high - 1; // no pivot: were it the least, nothing would be split off
    const pivot = medianOf3(keyAt(anyIndex(low, last)), keyAt(anyIndex(low, last)), keyAt(anyIndex(low, last)));
    let i = low - 1;
    let j = high;
    while (true) {
      do i++;
      while (keyAt(i) > pivot);
      do j--;
      while (keyAt(j) < pivot);
      if (i >= j) break;
      swapEntries(i, j);
    }
    const middle = j + 1;
    let mass: f64 = 0;
    for (let m = low; m < middle; m++) mass += weightAt(m);
    if (above + mass >= target) high = middle;
    else {
      above += mass;
      low = middle;
    }
  }
  if (!listSorted) {
    for (let i = low + 1; i < high; i++) for (let j = i; j > low && keyAt(j) > keyAt(j - 1); j--) swapEntries(j, j - 1);
  }
  while (low < listCount) {
    above += weightAt(low++);
    if (above >= target) break;
  }
  setCount(max(low, 1));
  selectedMass = above;
  lastMass = weightAt(listCount - 1);
}

/** Whether the last selection is the one of any target from `least` to `most`. */
export function isSelected(least: f64, most: f64): bool {
  return selectedMass >= most && selectedMass - lastMass < least;
}

/** After a selection from a list of `count`: keeps what ties with the least of the kept, too. Loses the weights. */
export function restoreTies(count: i32): void {
  const least = leastKey();
  for (let i = listCount; i < count; i++) {
    const key = keyAt(i);
    if (key >> 32 != least >> 32) continue;
    setKey(i, keyAt(listCount));
    setKey(listCount, key);
    setCount(listCount + 1);
  }
}
