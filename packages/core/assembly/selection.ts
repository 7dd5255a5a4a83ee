// Sorting a list, and selecting from it without sorting.
import {
  keyAt,
  listCount,
  listShuffled,
  listSorted,
  setCount,
  setKey,
  setShuffled,
  setSorted,
  setWeight,
  weightAt,
} from "./list";
import { digitCounts, listKeys, listWeights } from "./workspace";

// @ts-ignore: decorator
@inline
function medianOf3(a: u64, b: u64, c: u64): u64 {
  return max(min(a, b), min(max(a, b), c));
}

function insertionSort(low: i32, high: i32): void {
  for (let i = low + 1; i < high; i++) {
    const key = keyAt(i);
    let j = i - 1;
    while (j >= low && keyAt(j) < key) {
      setKey(j + 1, keyAt(j));
      j--;
    }
    setKey(j + 1, key);
  }
}

/** State of the generator that picks pivots: whatever the order of the keys, one that makes every pivot bad is not met by
 *  accident. Set anew for every sort or selection, which order what they leave by it. */
let pivotState: u32 = 0;

// @ts-ignore: decorator
@inline
function anyIndex(low: i32, high: i32): i32 {
  pivotState = pivotState * 1664525 + 1013904223; // Numerical Recipes' generator
  return low + <i32>((<u64>pivotState * <u64>(high - low)) >> 32);
}

/** Moves keys above a pivot to the front of [low, high), then the pivot, whose position is returned; keys are distinct.
 *  Every step does the same whatever it finds: there is no branch to mispredict. (Lomuto's scheme.) */
function partition(low: i32, high: i32): i32 {
  const a = anyIndex(low, high);
  const b = anyIndex(low, high);
  const c = anyIndex(low, high);
  const last = high - 1;
  const pivot = medianOf3(keyAt(a), keyAt(b), keyAt(c));
  setKey(pivot == keyAt(a) ? a : pivot == keyAt(b) ? b : c, keyAt(last));
  const end = listKeys + ((<usize>last) << 3);
  let front = listKeys + ((<usize>low) << 3);
  for (let p = front; p < end; p += 8) {
    const key = load<u64>(p);
    store<u64>(p, load<u64>(front));
    store<u64>(front, key);
    front += (<usize>(key > pivot)) << 3;
  }
  store<u64>(end, load<u64>(front));
  store<u64>(front, pivot);
  return <i32>((front - listKeys) >> 3);
}

/** Sorts [low, high) descending: the larger part is looped over, so the recursion is at most log2(n) deep. */
function sortRange(low: i32, high: i32): void {
  while (high - low > 24) {
    const middle = partition(low, high);
    if (middle - low < high - middle) {
      sortRange(low, middle);
      low = middle + 1;
    } else {
      sortRange(middle + 1, high);
      high = middle;
    }
  }
  insertionSort(low, high);
}

/** Lists longer than this are sorted by digits. */
const RADIX_THRESHOLD = 2048;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Sorts the list by descending logit, ties by ascending id. Overwrites the weights. */
export function sortList(): void {
  if (!listSorted) {
    if (listCount > RADIX_THRESHOLD && !listShuffled) sortByDigits();
    else {
      pivotState = 0;
      sortRange(0, listCount);
    }
  }
  setSorted();
  setShuffled();
}

/** A stable sort by the logits' bits, least digit first: ids are in ascending order already. Three passes between the list
 *  and the weights' memory, and one back. */
function sortByDigits(): void {
  let from = listKeys;
  let to = listWeights;
  for (let pass = 0; pass < 3; pass++) {
    const shift: u64 = 32 + pass * DIGIT_BITS;
    memory.fill(digitCounts, 0, DIGITS * 4);
    const end = from + ((<usize>listCount) << 3);
    for (let p = from; p < end; p += 8) {
      const count = digitCounts + ((<usize>((~load<u64>(p) >> shift) & (DIGITS - 1))) << 2);
      store<i32>(count, load<i32>(count) + 1);
    }
    let total = 0;
    for (let count = digitCounts; count < digitCounts + DIGITS * 4; count += 4) {
      const n = load<i32>(count);
      store<i32>(count, total);
      total += n;
    }
    for (let p = from; p < end; p += 8) {
      const key = load<u64>(p);
      const count = digitCounts + ((<usize>((~key >> shift) & (DIGITS - 1))) << 2);
      const at = load<i32>(count);
      store<i32>(count, at + 1);
      store<u64>(to + ((<usize>at) << 3), key);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  memory.copy(listKeys, from, (<usize>listCount) << 3);
}

/** Brings the `k` largest entries to the front. */
function splitAt(k: i32): void {
  setShuffled();
  pivotState = 0;
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

/** Keeps the first `k` entries, which are in order. */
export function keepSorted(k: i32): void {
  setCount(k);
  setSorted();
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
  pivotState = 0;
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

/** After a selection from a list of `count`: keeps what is equal to the least of the kept, too. Loses the weights. */
export function takeBackEquals(count: i32): void {
  let least = keyAt(0);
  for (let i = 1; i < listCount; i++) least = min(least, keyAt(i));
  for (let i = listCount; i < count; i++) {
    const key = keyAt(i);
    if (key >> 32 != least >> 32) continue;
    setKey(i, keyAt(listCount));
    setKey(listCount, key);
    setCount(listCount + 1);
  }
}
