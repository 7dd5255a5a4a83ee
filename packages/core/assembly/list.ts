// The sparse form of a row: a list of candidate tokens. A key packs the logit, mapped so that unsigned order is float
// order, above the complemented token id: descending keys are descending logits, ties by lowest id.
import { BLOCK_ELEMENTS } from "../src/layout";
import { floatBelow } from "./floats";
import { expNonPositive, expNonPositivex2 } from "./math";
import { openBlock, readBlock } from "./closedBlocks";
import { blockMax, digitCounts, listKeys, listWeights, paddedLength } from "./workspace";

/** Number of entries. */
export let listCount: i32 = 0;
/** Whether the keys are in descending order. */
export let listSorted: bool = false;
/** Whether the keys are out of the order of ids that they were listed in. */
let listShuffled: bool = false;

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

/** Bit i: element i of the 16 at `p` is above the floor. */
// @ts-ignore: decorator
@inline
function hits16(p: usize, floor4: v128): u64 {
  const a = f32x4.gt(v128.load(p), floor4);
  const b = f32x4.gt(v128.load(p, 16), floor4);
  const c = f32x4.gt(v128.load(p, 32), floor4);
  const d = f32x4.gt(v128.load(p, 48), floor4);
  const low = i16x8.narrow_i32x4_s(a, b);
  const high = i16x8.narrow_i32x4_s(c, d);
  return <u64>(<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
}

/** Lists every element above `floor`, by ascending id. */
export function gatherAbove(row: usize, floor: f32): void {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  let out = listKeys;
  for (let b = 0; b < blocks; b++) {
    if (!(load<f32>(blockMax + ((<usize>b) << 2)) > floor)) continue;
    openBlock(b);
    const first = b * BLOCK_ELEMENTS;
    const p = row + ((<usize>first) << 2);
    if (ASC_FEATURE_SIMD) {
      const floor4 = f32x4.splat(floor);
      let hits = hits16(p, floor4) | (hits16(p + 64, floor4) << 16);
      hits |= (hits16(p + 128, floor4) << 32) | (hits16(p + 192, floor4) << 48);
      while (hits != 0) {
        const id = first + <i32>ctz(hits);
        store<u64>(out, keyOf(load<f32>(row + ((<usize>id) << 2)), id));
        out += 8;
        hits &= hits - 1;
      }
    } else {
      for (let i = 0; i < BLOCK_ELEMENTS; i++) {
        const x = load<f32>(p + ((<usize>i) << 2));
        if (x > floor) {
          store<u64>(out, keyOf(x, first + i));
          out += 8;
        }
      }
    }
  }
  listCount = <i32>((out - listKeys) >> 3);
  listSorted = false;
  listShuffled = false;
}

/** Lists the finite ones of the tokens named by `ids` (i32[count], ascending, distinct). */
export function gatherIds(row: usize, ids: usize, count: i32): void {
  let n = 0;
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + ((<usize>i) << 2));
    openBlock(id / BLOCK_ELEMENTS);
    const x = load<f32>(row + ((<usize>id) << 2));
    if (x > -Infinity) setKey(n++, keyOf(x, id));
  }
  listCount = n;
  listSorted = false;
  listShuffled = false;
}

/** Makes a list of the one given token. */
export function listOne(x: f32, tokenId: i32): void {
  setKey(0, keyOf(x, tokenId));
  listCount = 1;
  listSorted = true;
}

/** How many block maxima are ≥ `threshold`. */
export function countBlocksAtLeast(threshold: f32): i32 {
  const end = blockMax + ((<usize>paddedLength / BLOCK_ELEMENTS) << 2);
  let count = 0;
  if (ASC_FEATURE_SIMD) {
    const limit = f32x4.splat(threshold);
    let counts = i32x4.splat(0);
    let p = blockMax;
    for (; p + 64 <= end; p += 64) {
      const a = i32x4.add(f32x4.ge(v128.load(p), limit), f32x4.ge(v128.load(p, 16), limit));
      const b = i32x4.add(f32x4.ge(v128.load(p, 32), limit), f32x4.ge(v128.load(p, 48), limit));
      counts = i32x4.sub(counts, i32x4.add(a, b));
    }
    for (; p < end; p += 16) counts = i32x4.sub(counts, f32x4.ge(v128.load(p), limit));
    count =
      i32x4.extract_lane(counts, 0) +
      i32x4.extract_lane(counts, 1) +
      i32x4.extract_lane(counts, 2) +
      i32x4.extract_lane(counts, 3);
  } else {
    for (let p = blockMax; p < end; p += 4) count += <i32>(load<f32>(p) >= threshold);
  }
  return count;
}

/** How many elements are ≥ `threshold`, which is above −Infinity. */
export function countAtLeast(row: usize, threshold: f32): i32 {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  let count = 0;
  for (let b = 0; b < blocks; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < threshold) continue;
    const start = readBlock(row, b);
    if (ASC_FEATURE_SIMD) {
      const limit = f32x4.splat(threshold);
      let counts = i32x4.splat(0);
      for (let p = start; p < start + BLOCK_ELEMENTS * 4; p += 16) {
        counts = i32x4.sub(counts, f32x4.ge(v128.load(p), limit));
      }
      count +=
        i32x4.extract_lane(counts, 0) +
        i32x4.extract_lane(counts, 1) +
        i32x4.extract_lane(counts, 2) +
        i32x4.extract_lane(counts, 3);
    } else {
      for (let p = start; p < start + BLOCK_ELEMENTS * 4; p += 4) count += <i32>(load<f32>(p) >= threshold);
    }
  }
  return count;
}

/** Lists at least the `k` largest elements: those above a lower bound of the k-th, which bisection over the floats brings
 *  close to it. The k-th largest block maximum is such a bound and found without reading the row again; where there are
 *  too few blocks for that, elements are counted. */
export function gatherLargest(row: usize, k: i32, largest: f32): void {
  let low = orderedBits(-f32.MAX_VALUE);
  let high = orderedBits(largest) + 1;
  const byBlocks = k <= paddedLength / (2 * BLOCK_ELEMENTS) && countBlocksAtLeast(-f32.MAX_VALUE) >= k;
  if (!byBlocks && countAtLeast(row, -f32.MAX_VALUE) <= k) return gatherAbove(row, -Infinity);
  const enough = k + (k >> 2) + 4;
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const threshold = floatOfOrdered(middle);
    const count = byBlocks ? countBlocksAtLeast(threshold) : countAtLeast(row, threshold);
    if (count >= k) {
      low = middle;
      if (count <= enough) break;
    } else high = middle;
  }
  gatherAbove(row, floatBelow(floatOfOrdered(low)));
}

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
  listSorted = true;
  listShuffled = true;
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
  listShuffled = true;
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
  listCount = k;
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
  listCount = k;
  listSorted = true;
}

/** Like `selectLargest`, but every entry equal to the k-th stays. */
export function selectLargestWithTies(k: i32): void {
  if (listCount <= k) return;
  sortList();
  let n = k;
  const kth = keyAt(k - 1) >> 32;
  while (n < listCount && keyAt(n) >> 32 == kth) n++;
  listCount = n;
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
      const weights = expNonPositivex2(f64x2.mul(f64x2.sub(logits, largest2), beta2));
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
  listShuffled = true;
  while (!listSorted && high - low > 64) {
    const pivot = medianOf3(keyAt(low), keyAt((low + high) >> 1), keyAt(high - 1));
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
  listCount = max(low, 1);
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
    setKey(listCount++, key);
  }
}
