// Scratch that one worker owns, passed in by the caller: kernels have no static memory of their own. The pointers are
// WebAssembly globals, one set per instance.
import { BLOCK_ELEMENTS, ROW_PADDING_ELEMENTS } from "../../src/layout";
import { EXP_TABLE_BYTES, fillExpTable } from "../numbers/expTable";
import { PHILOX_TABLE_BYTES } from "../numbers/philox";

/** Row length padded to ROW_PADDING_ELEMENTS. */
export let paddedLength: i32 = 0;
/** f32[blocks]: largest element of each block of the row as patched. */
export let blockMax: usize = 0;
/** f64[blocks]: weight of each block in a dense draw, see blockDraw.ts; or of its tail, see tail.ts. */
export let blockMass: usize = 0;
/** f64[blocks]: sums of groups of these; or how many elements of each block are finite. */
export let groupMass: usize = 0;
/** u8[blocks], f32[64]: see closedBlocks.ts. */
export let blockIsOpen: usize = 0;
export let wideBlock: usize = 0;
/** f32[16][4]: see maskBlock.ts. */
export let maskTable: usize = 0;
/** u64[padded]: the sparse list, see list.ts. */
export let listKeys: usize = 0;
/** f64[padded]: weights of the list's entries. */
export let listWeights: usize = 0;
/** f32[padded]: copy of the row where it cannot be patched in place. */
export let rowCopy: usize = 0;
/** i32[padded], all zero between calls: penalty counts by token id. */
export let tokenCounts: usize = 0;
const MASK_TABLE_BYTES = 256;
const DIGIT_COUNT_BYTES = 8192;
/** i32[2048]: see `sortList`. */
export let digitCounts: usize = 0;
/** Constants of exp, see math.ts. */
export let expTable: usize = 0;
const SCALE_TABLE_BYTES = 32;
/** f64[4]: numbers that a loop in f64 reads from memory, see `holdScale`. */
export let scaleTable: usize = 0;
export const MOMENT_TABLE_BYTES = 64;
/** f64[8]: see scanMoments.ts. */
export let momentTable: usize = 0;
/** u32[22][4]: see `fillPhiloxTable`. */
export let philoxTable: usize = 0;
/** f32[padded]: probabilities by token id that a stage found. */
export let tokenProbs: usize = 0;
/** u64[blocks]: which tokens of each block a sparse row lists. */
export let blockListed: usize = 0;
/** Row length. */
export let vocabularySize: i32 = 0;

export function paddedFor(vocabSize: i32): i32 {
  return (vocabSize + ROW_PADDING_ELEMENTS - 1) & -ROW_PADDING_ELEMENTS;
}

/** Bytes of scratch a row of `vocabSize` elements needs. */
export function workspace_bytes(vocabSize: i32): i32 {
  const padded = paddedFor(vocabSize);
  const blocks = padded / BLOCK_ELEMENTS;
  return (
    blocks * (4 + 8 + 8 + 8 + 1) +
    padded * (8 + 8 + 4 + 4 + 4) +
    EXP_TABLE_BYTES +
    DIGIT_COUNT_BYTES +
    BLOCK_ELEMENTS * 4 +
    MASK_TABLE_BYTES +
    SCALE_TABLE_BYTES +
    MOMENT_TABLE_BYTES +
    PHILOX_TABLE_BYTES +
    64
  );
}

/** Points the globals into `base` (64-byte aligned, zeroed once before the first use). */
export function useWorkspace(base: usize, vocabSize: i32): void {
  const padded = <usize>paddedFor(vocabSize);
  const blocks = padded / BLOCK_ELEMENTS;
  paddedLength = <i32>padded;
  vocabularySize = vocabSize;
  listKeys = base;
  listWeights = listKeys + padded * 8;
  rowCopy = listWeights + padded * 8;
  tokenCounts = rowCopy + padded * 4;
  tokenProbs = tokenCounts + padded * 4;
  blockMass = tokenProbs + padded * 4;
  groupMass = blockMass + blocks * 8;
  blockListed = groupMass + blocks * 8;
  blockMax = blockListed + blocks * 8;
  expTable = blockMax + blocks * 4;
  digitCounts = expTable + EXP_TABLE_BYTES;
  wideBlock = digitCounts + DIGIT_COUNT_BYTES;
  maskTable = wideBlock + BLOCK_ELEMENTS * 4;
  scaleTable = maskTable + MASK_TABLE_BYTES;
  momentTable = scaleTable + SCALE_TABLE_BYTES;
  philoxTable = momentTable + MOMENT_TABLE_BYTES;
  blockIsOpen = philoxTable + PHILOX_TABLE_BYTES;
  fillExpTable(expTable);
}
