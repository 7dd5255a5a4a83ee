// Rows whose f32 elements are made when they are read: 16-bit rows, rows under a token mask, and rows with green tokens raised. A
// block "opens" into the private copy when something reads single elements of it; passes over all blocks make one after the other
// where it stays in the first cache. Most chains open few blocks, so a 16-bit row costs half of what an f32 row does, its bytes, a
// mask little more than its words, and a watermark the hashes of few tokens.
import { BLOCK_ELEMENTS, DTYPE_F32 } from "../../src/layout";
import { blockIsOpen, maskTable, paddedLength, rowCopy, wideBlock } from "../memory/workspace";
import { raiseBlock } from "./greenBlock";
import { fillMaskTable, maskBlock, maxOfMasked } from "./maskBlock";
import { BF16, F16, F32, isBf16, widen, widenBlock, widenFrom } from "./widen";

/** Whether blocks of the row may be closed. */
export let hasClosed: bool = false;
let source: usize = 0;
let isF32: bool = true;
/** The row of 16 bits, as long as what is read from it is what opened blocks have: nothing was patched, and there is no mask;
 *  else 0. SIMD passes over all blocks widen its elements as they come. */
export let narrowRow: usize = 0;
/** Of a sparse row, of a list that became a row, or after all others were opened: a closed block has no token. */
export let isBlank: bool = false;
/** Whether closed blocks open with their green tokens raised. */
let isRaised: bool = false;
/** u32[maskWords], 0: no mask. */
let mask: usize = 0;
let maskWords: i32 = 0;

/** All blocks of a row of f16 or bf16 are closed; nothing of an f32 row is. */
export function closeNarrow(rowSource: usize, dtype: i32): void {
  source = rowSource;
  isF32 = dtype == DTYPE_F32;
  isBlank = false;
  isRaised = false;
  widenFrom(dtype);
  mask = 0;
  hasClosed = !isF32;
  narrowRow = ASC_FEATURE_SIMD && !isF32 ? source : 0;
  if (hasClosed) closeAll();
}

/** Closes all blocks of the row that was loaded last: they open under the mask. */
export function closeUnderMask(tokenMask: usize, words: i32): void {
  mask = tokenMask;
  maskWords = words;
  fillMaskTable(maskTable);
  hasClosed = true;
  narrowRow = 0;
  closeAll();
}

/** All blocks are closed, and have nothing but −Infinity until they are opened. */
export function closeBlank(): void {
  isBlank = true;
  hasClosed = true;
  narrowRow = 0;
  closeAll();
}

/** Raises the green tokens of the row: in open blocks at once, in the others when they open into the private copy. */
export function closeRaised(row: usize): void {
  isRaised = true;
  narrowRow = 0;
  if (hasClosed) {
    for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) {
      const block = row + <usize>b * (BLOCK_ELEMENTS * 4);
      if (!isClosed(b)) raiseBlock(b, block, block);
    }
  } else {
    source = row;
    isF32 = true;
    isBlank = false;
    mask = 0;
    hasClosed = true;
    closeAll();
  }
}

/** Nothing is left in the blocks that are closed. */
export function blankClosed(): void {
  isBlank = true;
}

/** After the private copy was written by others. */
export function closeNone(): void {
  hasClosed = false;
  narrowRow = 0;
}

/** Before the private copy is patched. */
export function forgetNarrow(): void {
  narrowRow = 0;
}

/** In which form passes over all blocks of the SIMD build can read the row. */
// @ts-ignore: decorator
@inline
export function passForm(): i32 {
  return !ASC_FEATURE_SIMD || narrowRow == 0 ? F32 : isBf16 ? BF16 : F16;
}

/** Address of a block as passes over all blocks read it. */
// @ts-ignore: decorator
@inline
export function passBlock(row: usize, block: i32, form: i32): usize {
  return form != F32 ? narrowRow + <usize>block * (BLOCK_ELEMENTS * 2) : readBlock(row, block);
}

function closeAll(): void {
  memory.fill(blockIsOpen, 0, <usize>paddedLength / BLOCK_ELEMENTS);
}

/** Makes single elements of a block readable. */
// @ts-ignore: decorator
@inline
export function openBlock(block: i32): void {
  if (isClosed(block)) openClosed(block);
}

function openClosed(block: i32): void {
  store<u8>(blockIsOpen + <usize>block, 1);
  makeBlock(block, rowCopy + <usize>block * (BLOCK_ELEMENTS * 4));
}

/** Address of the elements of a block, good until the next call. */
// @ts-ignore: decorator
@inline
export function readBlock(row: usize, block: i32): usize {
  return isClosed(block) ? readClosed(block) : row + <usize>block * (BLOCK_ELEMENTS * 4);
}

function readClosed(block: i32): usize {
  if (isRaised && !isBlank) {
    openClosed(block); // tokens are hashed once
    return rowCopy + <usize>block * (BLOCK_ELEMENTS * 4);
  }
  makeBlock(block, wideBlock);
  return wideBlock;
}

/** One element, without opening its block. */
export function peek(row: usize, tokenId: i32): f32 {
  if (!isClosed(tokenId / BLOCK_ELEMENTS)) return load<f32>(row + ((<usize>tokenId) << 2));
  if (isBlank) return -Infinity;
  if (isRaised) {
    openBlock(tokenId / BLOCK_ELEMENTS);
    return load<f32>(row + ((<usize>tokenId) << 2));
  }
  if (mask != 0 && ((maskOf(tokenId / BLOCK_ELEMENTS) >> (tokenId & (BLOCK_ELEMENTS - 1))) & 1) == 0) return -Infinity;
  return plainAt(tokenId);
}

/** Element of a closed block before a mask and green tokens. */
// @ts-ignore: decorator
@inline
export function plainAt(tokenId: i32): f32 {
  if (isF32) return load<f32>(source + ((<usize>tokenId) << 2));
  return widen(<u32>load<u16>(source + ((<usize>tokenId) << 1)));
}

// @ts-ignore: decorator
@inline
export function isClosed(block: i32): bool {
  return hasClosed && load<u8>(blockIsOpen + <usize>block) == 0;
}

/** Makes all elements readable. */
export function openAll(): void {
  if (!hasClosed) return;
  for (let b = 0; b < paddedLength / BLOCK_ELEMENTS; b++) openBlock(b);
  hasClosed = false;
}

function makeBlock(block: i32, to: usize): void {
  if (isBlank) return blank(to, to + BLOCK_ELEMENTS * 4);
  const from = plainBlock(block, to, F32);
  if (isRaised) raiseBlock(block, from, to);
}

/** In which form the elements of a closed block came, if that is what they are before green tokens are raised; else F32. */
export function plainForm(): i32 {
  return isF32 || mask != 0 ? F32 : isBf16 ? BF16 : F16;
}

/** Address of the elements of a closed block before green tokens are raised: made at `to`, or as they came in `plainForm`. */
// @ts-ignore: decorator
@inline
export function plainBlock(block: i32, to: usize, form: i32): usize {
  if (form != F32) return source + <usize>block * (BLOCK_ELEMENTS * 2);
  return isF32 && mask == 0 ? source + <usize>block * (BLOCK_ELEMENTS * 4) : maskedBlock(block, to);
}

function maskedBlock(block: i32, to: usize): usize {
  const from = widenedBlock(block, to);
  if (mask == 0) return from;
  maskBlock(from, to, maskOf(block), maskTable);
  return to;
}

/** The same before the mask. */
function widenedBlock(block: i32, to: usize): usize {
  if (isF32) return source + <usize>block * (BLOCK_ELEMENTS * 4);
  widenBlock(source + <usize>block * (BLOCK_ELEMENTS * 2), to);
  return to;
}

/** Fills whole vectors with −Infinity. */
export function blank(p: usize, end: usize): void {
  if (ASC_FEATURE_SIMD) {
    const none = f32x4.splat(-Infinity);
    for (; p < end; p += 16) v128.store(p, none);
  } else {
    for (; p < end; p += 4) store<f32>(p, -Infinity);
  }
}

/** Largest element of a closed block under the mask. */
export function maxUnderMask(block: i32): f32 {
  return maxOfMasked(widenedBlock(block, wideBlock), maskOf(block), maskTable);
}

/** The 64 bits of a block, 0 behind the mask's end. */
export function maskOf(block: i32): u64 {
  const word = 2 * block;
  if (word + 1 < maskWords)
    return load<u32>(mask + ((<usize>word) << 2)) | ((<u64>load<u32>(mask + ((<usize>word) << 2), 4)) << 32);
  return word < maskWords ? <u64>load<u32>(mask + ((<usize>word) << 2)) : 0;
}
