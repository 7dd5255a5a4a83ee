// How many elements of a row, or of its block maxima, reach a threshold.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { passBlock, passForm, readBlock } from "../blocks/closedBlocks";
import { BF16, bytesOf16, F32, fourOf16 } from "../blocks/widen";
import { blockMax, paddedLength } from "../memory/workspace";

/** How many block maxima are ≥ `threshold`. */
export function countBlocksAtLeast(threshold: f32): i32 {
  return countFloatsAtLeast(blockMax, threshold);
}

/** How many of f32[blocks] are ≥ `threshold`. */
export function countFloatsAtLeast(floats: usize, threshold: f32): i32 {
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
    count = sumOfIntegers(counts);
  } else {
    for (let p = floats; p < end; p += 4) count += <i32>(load<f32>(p) >= threshold);
  }
  return count;
}

/** How many elements are ≥ `threshold`, which is above −Infinity. */
export function countAtLeast(row: usize, threshold: f32): i32 {
  if (ASC_FEATURE_SIMD) return passForm() == BF16 ? countOf(row, threshold, BF16) : countOf(row, threshold, F32);
  let count = 0;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < threshold) continue;
    const block = readBlock(row, b);
    for (let p = block; p < block + BLOCK_ELEMENTS * 4; p += 4) count += <i32>(load<f32>(p) >= threshold);
  }
  return count;
}

// @ts-ignore: decorator
@inline
function countOf(row: usize, threshold: f32, form: i32): i32 {
  const limit = f32x4.splat(threshold);
  let counts = i32x4.splat(0);
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
    if (load<f32>(blockMax + ((<usize>b) << 2)) < threshold) continue;
    const block = passBlock(row, b, form);
    for (let p = block; p < block + 4 * bytesOf16(form); p += bytesOf16(form)) {
      const low = i32x4.add(f32x4.ge(fourOf16(p, 0, form), limit), f32x4.ge(fourOf16(p, 1, form), limit));
      const high = i32x4.add(f32x4.ge(fourOf16(p, 2, form), limit), f32x4.ge(fourOf16(p, 3, form), limit));
      counts = i32x4.sub(counts, i32x4.add(low, high));
    }
  }
  return sumOfIntegers(counts);
}

// @ts-ignore: decorator
@inline
function sumOfIntegers(counts: v128): i32 {
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  );
}
