// The k largest of a list, without sorting it.
import { keyAt, listCount, listSorted, setCount, setShuffled } from "./list";
import { insertionSort, partition, restartPivots, sortRange } from "./partition";
import { sortList } from "./sort";

/** Brings the `k` largest entries to the front. */
function splitAt(k: i32): void {
  setShuffled();
  restartPivots();
  let low = 0;
  let high = listCount;
  while (high - low > 24 && low < k) {
    const middle = partition(low, high);
    if (middle < k) low = middle + 1;
    else high = middle;
  }
  if (low < k) insertionSort(low, high);
}

/** Keeps the `k` largest entries, in no order unless they were sorted. */
export function selectLargest(k: i32): void {
  if (listCount <= k) return;
  if (!listSorted) splitAt(k);
  setCount(k);
}

/** Brings the `k` largest entries, or all, in order to the front; the others follow in no order. Loses the weights. */
export function sortLargest(k: i32): void {
  if (listSorted) return;
  if (k >= listCount) return sortList();
  splitAt(k);
  sortRange(0, k);
}

/** Like `selectLargest`, but every entry equal to the k-th stays. */
export function selectLargestWithTies(k: i32): void {
  if (listCount <= k) return;
  sortList();
  let n = k;
  const kth = keyAt(k - 1) >> 32;
  while (n < listCount && keyAt(n) >> 32 == kth) n++;
  setCount(n);
}
