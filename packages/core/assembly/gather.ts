// From a row to a list.
import { BLOCK_ELEMENTS } from "../src/layout";
import { openBlock, peek, readBlock } from "./closedBlocks";
import { floatBelow } from "./floats";
import { floatOfOrdered, keyOf, orderedBits, setKey, setListed } from "./list";
import { blockMax, listKeys, listWeights, paddedLength } from "./workspace";

/** The smallest finite float as ordered bits. */
const LOWEST: u32 = 0x00800000;

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
  setListed(<i32>((out - listKeys) >> 3));
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
  setListed(n);
}

/** How many block maxima are ≥ `threshold`. */
export function countBlocksAtLeast(threshold: f32): i32 {
  return countFloatsAtLeast(blockMax, threshold);
}

/** How many of f32[blocks] are ≥ `threshold`. */
function countFloatsAtLeast(floats: usize, threshold: f32): i32 {
  const end = floats + ((<usize>paddedLength / BLOCK_ELEMENTS) << 2);
  let count = 0;
  if (ASC_FEATURE_SIMD) {
    const limit = f32x4.splat(threshold);
    let counts = i32x4.splat(0);
    let p = floats;
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
    for (let p = floats; p < end; p += 4) count += <i32>(load<f32>(p) >= threshold);
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
 *  close to it. The k-th largest block maximum is such a bound and found without reading the row again. Where there are too
 *  few blocks for that, elements are counted, at first at a bound guessed from a sample. */
export function gatherLargest(row: usize, k: i32, largest: f32): void {
  let low = LOWEST;
  let high = orderedBits(largest) + 1;
  const byBlocks = k <= paddedLength / (2 * BLOCK_ELEMENTS) && countBlocksAtLeast(-f32.MAX_VALUE) >= k;
  let enough = k + (k >> 2) + 4;
  if (!byBlocks) {
    enough += 1024;
    const guess = guessBound(row, k, high);
    const count = countAtLeast(row, floatOfOrdered(guess));
    if (count < k) {
      if (countAtLeast(row, -f32.MAX_VALUE) <= k) return gatherAbove(row, -Infinity);
      high = guess;
    } else {
      low = guess;
      if (count <= enough) high = low + 1;
    }
  }
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

/** A value that rather more than `k` elements are likely to reach, as ordered bits below `high`: three standard deviations
 *  below the k-th by a sample of one element of each block. */
function guessBound(row: usize, k: i32, high: u32): u32 {
  const blocks = paddedLength / BLOCK_ELEMENTS;
  const sample = listWeights;
  for (let b = 0; b < blocks; b++) {
    store<f32>(sample + ((<usize>b) << 2), peek(row, b * BLOCK_ELEMENTS + ((b * 37) & (BLOCK_ELEMENTS - 1))));
  }
  const share = <f64>k / <f64>paddedLength;
  const rank = <i32>(<f64>blocks * share + 3 * sqrt(<f64>blocks * share * (1 - share))) + 1;
  let low = LOWEST;
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const count = countFloatsAtLeast(sample, floatOfOrdered(middle));
    if (count < rank) high = middle;
    else {
      low = middle;
      if (count == rank) break;
    }
  }
  return low;
}
