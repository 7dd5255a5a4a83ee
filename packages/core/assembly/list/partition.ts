// The step that sorting and selecting share.
import { listKeys } from "../memory/workspace";
import { keyAt, setKey } from "./list";

// @ts-ignore: decorator
@inline
export function medianOf3(a: u64, b: u64, c: u64): u64 {
  return max(min(a, b), min(max(a, b), c));
}

export function insertionSort(low: i32, high: i32): void {
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

/** Before a sort or a selection. */
export function restartPivots(): void {
  pivotState = 0;
}

// @ts-ignore: decorator
@inline
export function anyIndex(low: i32, high: i32): i32 {
  pivotState = pivotState * 1664525 + 1013904223; // Numerical Recipes' generator
  return low + <i32>((<u64>pivotState * <u64>(high - low)) >> 32);
}

/** Moves keys above a pivot to the front of [low, high), then the pivot, whose position is returned; keys are distinct.
 *  Every step does the same whatever it finds: there is no branch to mispredict. (Lomuto's scheme.) */
export function partition(low: i32, high: i32): i32 {
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
export function sortRange(low: i32, high: i32): void {
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
