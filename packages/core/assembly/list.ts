// The sparse form of a row: a list of candidate tokens. A key packs the logit, mapped so that unsigned order is float
// order, above the complemented token id: descending keys are descending logits, ties by lowest id.
import { expNonPositive, expNonPositivex2 } from "./math";
import { expTable, listKeys, listWeights } from "./workspace";

/** Number of entries. */
export let listCount: i32 = 0;
/** Whether the keys are in descending order. */
export let listSorted: bool = false;
/** Whether the keys are out of the order of ids that they were listed in. */
export let listShuffled: bool = false;

// @ts-ignore: decorator
@inline
export function orderedBits(x: f32): u32 {
  const bits = reinterpret<u32>(x + 0.0); // −0 counts as 0
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

// @ts-ignore: decorator
@inline
export function floatOfOrdered(ordered: u32): f32 {
  return reinterpret<f32>(ordered & 0x80000000 ? ordered ^ 0x80000000 : ~ordered);
}

// @ts-ignore: decorator
@inline
export function keyOf(x: f32, tokenId: i32): u64 {
  return ((<u64>orderedBits(x)) << 32) | <u64>~(<u32>tokenId);
}

// @ts-ignore: decorator
@inline
export function keyLogit(key: u64): f32 {
  return floatOfOrdered(<u32>(key >> 32));
}

// @ts-ignore: decorator
@inline
export function keyTokenId(key: u64): i32 {
  return ~(<i32>key);
}

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

// @ts-ignore: decorator
@inline
export function weightAt(index: i32): f64 {
  return load<f64>(listWeights + ((<usize>index) << 3));
}

// @ts-ignore: decorator
@inline
export function setWeight(index: i32, weight: f64): void {
  store<f64>(listWeights + ((<usize>index) << 3), weight);
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

/** Keeps entries whose weight (from `weighList`) is ≥ `threshold`, in their order. */
export function keepHeavy(threshold: f64): void {
  let n = 0;
  for (let i = 0; i < listCount; i++) if (weightAt(i) >= threshold) setKey(n++, keyAt(i));
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
  for (let i = 0; i < listCount; i++) best = max(best, keyAt(i));
  return keyLogit(best);
}

/** Fills the weights e^((x − largest)·beta) in list order and returns their sum. */
export function weighList(largest: f32, beta: f64): f64 {
  let even: f64 = 0;
  let odd: f64 = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const largest2 = f64x2.splat(<f64>largest);
    const beta2 = f64x2.splat(beta);
    let sums = f64x2.splat(0);
    for (; i + 1 < listCount; i += 2) {
      const logits = f64x2(<f64>keyLogit(keyAt(i)), <f64>keyLogit(keyAt(i + 1)));
      const weights = expNonPositivex2(f64x2.mul(f64x2.sub(logits, largest2), beta2), expTable);
      v128.store(listWeights + ((<usize>i) << 3), weights);
      sums = f64x2.add(sums, weights);
    }
    even = f64x2.extract_lane(sums, 0);
    odd = f64x2.extract_lane(sums, 1);
  }
  for (; i < listCount; i++) {
    const weight = expNonPositive((<f64>keyLogit(keyAt(i)) - <f64>largest) * beta);
    setWeight(i, weight);
    if (i & 1) odd += weight;
    else even += weight;
  }
  return even + odd;
}
