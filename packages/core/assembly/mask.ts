// The token mask of a job: ⌈vocabSize / 32⌉ words, bit 0 puts a token out (the layout of xgrammar and llguidance). Few
// allowed tokens become the list of ids that count. Of many, the row is copied: the mask then costs one pass over what the
// scan has just brought into the cache, and the row in the slab stays as it is.
import { BLOCK_ELEMENTS } from "../src/layout";
import { openAll } from "./narrow";
import { allowOnly, row, useCopy } from "./row";
import { max4, refreshMax, transposedMax } from "./scan";
import { blockMax, listWeights, paddedLength, rowCopy } from "./workspace";

/** Where at most one token in this many is allowed, they are listed. */
const SPARSE_RATIO = 64;

/** mask: u32[⌈vocabSize / 32⌉], 4-byte aligned, read. Call when the row has been scanned. */
export function maskRow(mask: usize, vocabSize: i32): void {
  const words = (vocabSize + 31) >> 5;
  let allowed = 0;
  for (let i = 0; i < words; i++) allowed += popcnt(load<i32>(mask + ((<usize>i) << 2)));
  if (allowed <= paddedLength / SPARSE_RATIO) listAllowed(mask, words);
  else copyAllowed(mask, words);
}

/** The ids go where the list's weights will be: nothing weighs the list before the ids are used up. */
function listAllowed(mask: usize, words: i32): void {
  let out = listWeights;
  for (let i = 0; i < words; i++) {
    let bits = load<u32>(mask + ((<usize>i) << 2));
    while (bits != 0) {
      store<i32>(out, (i << 5) + ctz(bits));
      out += 4;
      bits &= bits - 1;
    }
  }
  allowOnly(listWeights, <i32>((out - listWeights) >> 2));
}

/** Word `index` of the mask, 0 behind its end. */
// @ts-ignore: decorator
@inline
function wordAt(mask: usize, words: i32, index: i32): u32 {
  return index < words ? load<u32>(mask + ((<usize>index) << 2)) : 0;
}

function copyAllowed(mask: usize, words: i32): void {
  openAll();
  const blocks = paddedLength / BLOCK_ELEMENTS;
  for (let b = 0; b < blocks; b += 4) {
    const word = b << 1;
    const from = row + ((<usize>b) << 8);
    const to = rowCopy + ((<usize>b) << 8);
    const maxima = blockMax + ((<usize>b) << 2);
    if (ASC_FEATURE_SIMD) {
      const m0 = copyBlock(from, to, wordAt(mask, words, word), wordAt(mask, words, word + 1));
      const m1 = copyBlock(from + 256, to + 256, wordAt(mask, words, word + 2), wordAt(mask, words, word + 3));
      const m2 = copyBlock(from + 512, to + 512, wordAt(mask, words, word + 4), wordAt(mask, words, word + 5));
      const m3 = copyBlock(from + 768, to + 768, wordAt(mask, words, word + 6), wordAt(mask, words, word + 7));
      v128.store(maxima, transposedMax(m0, m1, m2, m3));
    } else {
      for (let i = 0; i < 4; i++) {
        const offset = (<usize>i) << 8;
        const low = copyWord(from + offset, to + offset, wordAt(mask, words, word + 2 * i));
        const high = copyWord(from + offset + 128, to + offset + 128, wordAt(mask, words, word + 2 * i + 1));
        store<f32>(maxima + ((<usize>i) << 2), low > high ? low : high);
      }
    }
  }
  refreshMax();
  useCopy();
}

/** Copies 64 elements, −Infinity where a bit is 0; returns the largest of each lane. `from` may be `to`. */
// @ts-ignore: decorator
@inline
function copyBlock(from: usize, to: usize, low: u32, high: u32): v128 {
  return f32x4.pmax(copyWord4(from, to, low), copyWord4(from + 128, to + 128, high));
}

// @ts-ignore: decorator
@inline
function copyWord4(from: usize, to: usize, bits: u32): v128 {
  const b = i32x4.splat(bits);
  const x0 = copyVector(from, to, b);
  const x1 = copyVector(from + 16, to + 16, i32x4.shr_u(b, 4));
  const x2 = copyVector(from + 32, to + 32, i32x4.shr_u(b, 8));
  const x3 = copyVector(from + 48, to + 48, i32x4.shr_u(b, 12));
  const x4 = copyVector(from + 64, to + 64, i32x4.shr_u(b, 16));
  const x5 = copyVector(from + 80, to + 80, i32x4.shr_u(b, 20));
  const x6 = copyVector(from + 96, to + 96, i32x4.shr_u(b, 24));
  const x7 = copyVector(from + 112, to + 112, i32x4.shr_u(b, 28));
  return f32x4.pmax(max4(x0, x1, x2, x3), max4(x4, x5, x6, x7));
}

/** Copies 4 elements by the low bits of each lane of `bits`. */
// @ts-ignore: decorator
@inline
function copyVector(from: usize, to: usize, bits: v128): v128 {
  const lanes = i32x4(1, 2, 4, 8);
  const isAllowed = i32x4.eq(v128.and(bits, lanes), lanes);
  const x = v128.bitselect(v128.load(from), f32x4.splat(-Infinity), isAllowed);
  v128.store(to, x);
  return x;
}

function copyWord(from: usize, to: usize, bits: u32): f32 {
  let m: f32 = -Infinity;
  for (let i = 0; i < 32; i++) {
    const x = (bits >> i) & 1 ? load<f32>(from + ((<usize>i) << 2)) : -Infinity;
    store<f32>(to + ((<usize>i) << 2), x);
    if (x > m) m = x;
  }
  return m;
}
