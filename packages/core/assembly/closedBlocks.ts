// Rows whose f32 elements are made when they are read: 16-bit rows, and rows under a token mask. A block "opens" into the
// private copy when something reads single elements of it; passes over all blocks make one after the other where it stays in
// the first cache. Most chains open few blocks, so a 16-bit row costs half of what an f32 row does, its bytes, and a mask
// little more than its words.
import { BLOCK_ELEMENTS, DTYPE_BF16, DTYPE_F32 } from "../src/layout";
import { fillMaskTable, maskBlock, maxOfMasked } from "./maskBlock";
import { blockIsOpen, blockMax, maskTable, paddedLength, rowCopy, wideBlock } from "./workspace";

/** Whether blocks of the row may be closed. */
export let hasClosed: bool = false;
let source: usize = 0;
let isF32: bool = true;
let isBf16: bool = false;
/** u32[maskWords], 0: no mask. */
let mask: usize = 0;
let maskWords: i32 = 0;

/** All blocks of a row of f16 or bf16 are closed; nothing of an f32 row is. */
export function closeNarrow(rowSource: usize, dtype: i32): void {
  source = rowSource;
  isF32 = dtype == DTYPE_F32;
  isBf16 = dtype == DTYPE_BF16;
  mask = 0;
  hasClosed = !isF32;
  if (hasClosed) closeAll();
}

/** Closes all blocks of the row that was loaded last: they open under the mask. */
export function closeUnderMask(tokenMask: usize, words: i32): void {
  mask = tokenMask;
  maskWords = words;
  fillMaskTable(maskTable);
  hasClosed = true;
  closeAll();
}

/** After the private copy was written by others. */
export function closeNone(): void {
  hasClosed = false;
}

function closeAll(): void {
  memory.fill(blockIsOpen, 0, <usize>paddedLength / BLOCK_ELEMENTS);
}

/** Makes single elements of a block readable. */
// @ts-ignore: decorator
@inline
export function openBlock(block: i32): void {
  if (isClosed(block)) {
    store<u8>(blockIsOpen + <usize>block, 1);
    makeBlock(block, rowCopy + <usize>block * (BLOCK_ELEMENTS * 4));
  }
}

/** Address of the elements of a block, good until the next call. */
// @ts-ignore: decorator
@inline
export function readBlock(row: usize, block: i32): usize {
  if (!isClosed(block)) return row + <usize>block * (BLOCK_ELEMENTS * 4);
  makeBlock(block, wideBlock);
  return wideBlock;
}

/** One element, without opening its block. */
export function peek(row: usize, tokenId: i32): f32 {
  if (!isClosed(tokenId / BLOCK_ELEMENTS)) return load<f32>(row + ((<usize>tokenId) << 2));
  if (mask != 0 && ((maskOf(tokenId / BLOCK_ELEMENTS) >> (tokenId & (BLOCK_ELEMENTS - 1))) & 1) == 0) return -Infinity;
  if (isF32) return load<f32>(source + ((<usize>tokenId) << 2));
  return widen(<u32>load<u16>(source + ((<usize>tokenId) << 1)));
}

// @ts-ignore: decorator
@inline
function isClosed(block: i32): bool {
  return hasClosed && load<u8>(blockIsOpen + <usize>block) == 0;
}

/** Makes all elements readable. */
export function openAll(): void {
  if (!hasClosed) return;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) openBlock(b);
  hasClosed = false;
}

function makeBlock(block: i32, to: usize): void {
  let from = source + <usize>block * (BLOCK_ELEMENTS * 4);
  if (!isF32) {
    widenBlock(block, to);
    from = to;
  }
  if (mask != 0) maskBlock(from, to, maskOf(block), maskTable);
}

/** Largest element of a closed block under the mask. */
export function maxUnderMask(block: i32): f32 {
  let from = source + <usize>block * (BLOCK_ELEMENTS * 4);
  if (!isF32) {
    widenBlock(block, wideBlock);
    from = wideBlock;
  }
  return maxOfMasked(from, maskOf(block), maskTable);
}

/** The 64 bits of a block, 0 behind the mask's end. */
export function maskOf(block: i32): u64 {
  const word = 2 * block;
  if (word + 1 < maskWords)
    return load<u32>(mask + ((<usize>word) << 2)) | ((<u64>load<u32>(mask + ((<usize>word) << 2), 4)) << 32);
  return word < maskWords ? <u64>load<u32>(mask + ((<usize>word) << 2)) : 0;
}

// @ts-ignore: decorator
@inline
function widenBlock(block: i32, to: usize): void {
  const from = source + <usize>block * (BLOCK_ELEMENTS * 2);
  if (ASC_FEATURE_SIMD) {
    if (isBf16) widenBf16(from, to);
    else widenF16(from, to);
  } else {
    for (let i: usize = 0; i < <usize>BLOCK_ELEMENTS; i++) store<f32>(to + i * 4, widen(<u32>load<u16>(from + i * 2)));
  }
}

// @ts-ignore: decorator
@inline
function widenBf16(from: usize, to: usize): void {
  const zero = i32x4.splat(0);
  const end = from + BLOCK_ELEMENTS * 2;
  for (let p = from; p < end; p += 16) {
    const halves = v128.load(p);
    v128.store(to, i16x8.shuffle(zero, halves, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(to, i16x8.shuffle(zero, halves, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    to += 32;
  }
}

// Variables, so that the engine keeps them in registers instead of building them anew in every iteration.
let f16Scale: f32 = reinterpret<f32>(0x77800000); // 2^112: rebases the exponent, subnormals included
let f16Bits: u32 = 0x8fffe000;
let f16Exponent: u32 = 0x0f800000;
let f32Exponent: u32 = 0x7f800000;

// @ts-ignore: decorator
@inline
function widenF16(from: usize, to: usize): void {
  const scale = f32x4.splat(f16Scale);
  const bits = i32x4.splat(f16Bits);
  const exponent = i32x4.splat(f16Exponent);
  const special = i32x4.splat(f32Exponent);
  const end = from + BLOCK_ELEMENTS * 2;
  for (let p = from; p < end; p += 16) {
    const halves = v128.load(p);
    v128.store(to, widenF16x4(i32x4.extend_low_i16x8_s(halves), scale, bits, exponent, special));
    v128.store(to, widenF16x4(i32x4.extend_high_i16x8_s(halves), scale, bits, exponent, special), 16);
    to += 32;
  }
}

/** Sign and magnitude move up by 13 bits; where the exponent is full, it is full afterwards too. */
// @ts-ignore: decorator
@inline
function widenF16x4(halves: v128, scale: v128, bits: v128, exponent: v128, special: v128): v128 {
  const x = v128.and(i32x4.shl(halves, 13), bits);
  const isSpecial = i32x4.eq(v128.and(x, exponent), exponent);
  return v128.or(f32x4.mul(x, scale), v128.and(isSpecial, special));
}

function widen(half: u32): f32 {
  if (isBf16) return reinterpret<f32>(half << 16);
  const magnitude = reinterpret<u32>(reinterpret<f32>((half & 0x7fff) << 13) * f16Scale);
  const isSpecial = (half & 0x7c00) == 0x7c00;
  return reinterpret<f32>(magnitude | (isSpecial ? f32Exponent : 0) | ((half & 0x8000) << 16));
}

/** Largest element found by `scanNarrow`. */
export let narrowMax: f32 = -Infinity;

/** Fills `blockMax` and `narrowMax` without opening a block. Returns whether something may be NaN; where nothing is, all is
 *  right. As 16-bit integers, positive floats are in their order and negative ones in the opposite order: the largest is the
 *  signed maximum, or if that is negative the signed minimum. */
export function scanNarrow(): bool {
  const infinity: i32 = isBf16 ? 0x7f80 : 0x7c00;
  let largest: f32 = -Infinity;
  let isSuspicious = false;
  if (ASC_FEATURE_SIMD) {
    let mostNegative = i16x8.splat(0); // largest as unsigned: the NaN with a sign are above −Infinity
    const scale = f32x4.splat(f16Scale);
    const bits = i32x4.splat(f16Bits);
    const exponent = i32x4.splat(f16Exponent);
    const special = i32x4.splat(f32Exponent);
    let top = f32x4.splat(-Infinity);
    const end = source + ((<usize>paddedLength) << 1);
    let out = blockMax;
    for (let p = source; p < end; p += BLOCK_ELEMENTS * 2 * 4) {
      let y0 = i16x8.splat(0);
      let y1 = y0;
      let y2 = y0;
      let y3 = y0;
      for (let block = p; block < p + BLOCK_ELEMENTS * 2 * 4; block += BLOCK_ELEMENTS * 2) {
        const a = v128.load(block);
        const b = v128.load(block, 16);
        const c = v128.load(block, 32);
        const d = v128.load(block, 48);
        const e = v128.load(block, 64);
        const f = v128.load(block, 80);
        const g = v128.load(block, 96);
        const h = v128.load(block, 112);
        const highest = i16x8.max_s(
          i16x8.max_s(i16x8.max_s(a, b), i16x8.max_s(c, d)),
          i16x8.max_s(i16x8.max_s(e, f), i16x8.max_s(g, h)),
        );
        const lowest = i16x8.min_s(
          i16x8.min_s(i16x8.min_s(a, b), i16x8.min_s(c, d)),
          i16x8.min_s(i16x8.min_s(e, f), i16x8.min_s(g, h)),
        );
        mostNegative = i16x8.max_u(
          i16x8.max_u(mostNegative, i16x8.max_u(i16x8.max_u(a, b), i16x8.max_u(c, d))),
          i16x8.max_u(i16x8.max_u(e, f), i16x8.max_u(g, h)),
        );
        y0 = y1;
        y1 = y2;
        y2 = y3;
        y3 = ordered8(v128.bitselect(lowest, highest, i16x8.shr_s(highest, 15)));
      }
      const y01 = i16x8.max_s(
        i16x8.shuffle(y0, y1, 0, 8, 1, 9, 2, 10, 3, 11),
        i16x8.shuffle(y0, y1, 4, 12, 5, 13, 6, 14, 7, 15),
      );
      const y23 = i16x8.max_s(
        i16x8.shuffle(y2, y3, 0, 8, 1, 9, 2, 10, 3, 11),
        i16x8.shuffle(y2, y3, 4, 12, 5, 13, 6, 14, 7, 15),
      );
      const y = i16x8.max_s(i32x4.shuffle(y01, y23, 0, 4, 1, 5), i32x4.shuffle(y01, y23, 2, 6, 3, 7));
      // lanes 0…7: blocks 0 1 2 3, twice
      const pairs = ordered8(i16x8.max_s(y, i32x4.shuffle(y, y, 2, 3, 0, 1)));
      const halves = i32x4.extend_low_i16x8_s(pairs);
      const maxima = isBf16 ? i32x4.shl(halves, 16) : widenF16x4(halves, scale, bits, exponent, special);
      isSuspicious = isSuspicious || v128.any_true(f32x4.ne(maxima, maxima));
      top = f32x4.pmax(top, maxima);
      v128.store(out, maxima);
      out += 16;
    }
    const limit = i16x8.splat(<i16>(infinity | 0x8000));
    isSuspicious = isSuspicious || v128.any_true(i16x8.gt_u(mostNegative, limit));
    const two = f32x4.pmax(top, i32x4.shuffle(top, top, 2, 3, 0, 1));
    largest = max(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1));
  } else {
    for (let b: usize = 0; b < <usize>paddedLength / BLOCK_ELEMENTS; b++) {
      let most: f32 = -Infinity;
      for (let i = b * BLOCK_ELEMENTS; i < (b + 1) * BLOCK_ELEMENTS; i++) {
        const x = widen(<u32>load<u16>(source + i * 2));
        if (x > most) most = x;
        isSuspicious = isSuspicious || x != x;
      }
      store<f32>(blockMax + (b << 2), most);
      if (most > largest) largest = most;
    }
  }
  narrowMax = largest;
  return isSuspicious;
}

/** From float bits to integers in the floats' order, and back. */
// @ts-ignore: decorator
@inline
function ordered8(bits: v128): v128 {
  return v128.xor(bits, v128.and(i16x8.shr_s(bits, 15), i16x8.splat(0x7fff)));
}
