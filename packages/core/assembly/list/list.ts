// What is left of a row as a list of candidate tokens, a key each (keys.ts).
import { listKeys } from "../memory/workspace";
import { keyLogit, keyOf } from "./keys";

/** Number of entries. */
export let listCount: i32 = 0;
/** Whether the keys are in descending order. */
export let listSorted: bool = false;
/** Whether the keys are out of the order of ids that they were listed in. */
export let listShuffled: bool = false;

// @ts-ignore: decorator
@inline
export function keyAt(index: i32): u64 {
  return load<u64>(listKeys + ((<usize>index) << 3));
}

/** After entries were taken out. */
export function setCount(count: i32): void {
  listCount = count;
}

/** After keys were listed by ascending id. */
export function setListed(count: i32): void {
  listCount = count;
  listSorted = false;
  listShuffled = false;
}

/** After keys were put in another order. */
export function setShuffled(): void {
  listShuffled = true;
}

/** After keys were put in descending order. */
export function setSorted(): void {
  listSorted = true;
}

/** After keys were changed. */
export function setUnsorted(): void {
  listSorted = false;
}

// @ts-ignore: decorator
@inline
export function setKey(index: i32, key: u64): void {
  store<u64>(listKeys + ((<usize>index) << 3), key);
}

/** Makes a list of the one given token. */
export function listOne(x: f32, tokenId: i32): void {
  setKey(0, keyOf(x, tokenId));
  listCount = 1;
  listSorted = true;
}

/** Keeps entries whose logit is ≥ `threshold`, in their order. */
export function keepAtLeast(threshold: f64): void {
  let n = 0;
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    if (<f64>keyLogit(key) >= threshold) setKey(n++, key);
  }
  listCount = n;
}

/** Keeps entries whose logit is above `floor`, in their order. */
export function keepAbove(floor: f32): void {
  if (floor == -Infinity) return;
  let n = 0;
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    if (keyLogit(key) > floor) setKey(n++, key);
  }
  listCount = n;
}

/** Keeps `first` and what comes before it in descending order, in their order. */
export function keepFrom(first: u64): void {
  let n = 0;
  for (let i = 0; i < listCount; i++) if (keyAt(i) >= first) setKey(n++, keyAt(i));
  listCount = n;
}

/** Keeps `last` and what comes after it in descending order, in their order. */
export function keepUpTo(last: u64): void {
  let n = 0;
  for (let i = 0; i < listCount; i++) if (keyAt(i) <= last) setKey(n++, keyAt(i));
  listCount = n;
}

/** Keeps entries [first, end). */
export function keepRange(first: i32, end: i32): void {
  memory.copy(listKeys, listKeys + ((<usize>first) << 3), (<usize>(end - first)) << 3);
  listCount = end - first;
}

/** Largest logit of the list, which must not be empty. */
export function listMax(): f32 {
  if (listSorted) return keyLogit(keyAt(0));
  let best: u64 = 0;
  let best1: u64 = 0;
  let best2: u64 = 0;
  let best3: u64 = 0;
  let i = 0;
  // four at a time: one after the other they wait for each other
  for (; i + 3 < listCount; i += 4) {
    best = max(best, keyAt(i));
    best1 = max(best1, keyAt(i + 1));
    best2 = max(best2, keyAt(i + 2));
    best3 = max(best3, keyAt(i + 3));
  }
  for (; i < listCount; i++) best = max(best, keyAt(i));
  return keyLogit(max(max(best, best1), max(best2, best3)));
}

/** Key of the least entry of the list, which must not be empty. */
export function leastKey(): u64 {
  let least = keyAt(0);
  for (let i = 1; i < listCount; i++) least = min(least, keyAt(i));
  return least;
}

/** Keeps the first `k` entries, which are in order. */
export function keepSorted(k: i32): void {
  setCount(k);
  setSorted();
}
