// A row of which a few tokens are listed, in any order: their logits are scattered into the private copy, and blocks without any
// are blank until something reads them (closedBlocks.ts). So a row costs what its list does, and every kernel works on it.
import {
  BLOCK_ELEMENTS,
  DTYPE_F32,
  SPARSE_COUNT,
  SPARSE_IDS,
  SPARSE_MARK,
  SPARSE_REST,
  STATUS_INVALID_SPARSE_ROW,
  STATUS_NAN,
  STATUS_OK,
  STATUS_POSITIVE_INFINITY,
} from "../../src/layout";
import { blank, closeBlank, openBlock } from "../blocks/closedBlocks";
import { blockListed, blockMax, paddedLength, rowCopy, vocabularySize } from "../memory/workspace";
import { expModerate } from "../numbers/exp64";
import { closeRest, isListed, openRest } from "./rest";

/** Address of the record, 0: the row is whole. */
export let sparse: usize = 0;
let rowBytes: i32 = 0;
/** Its largest logit; its outcome, and the index in the list of what is wrong, else −1. */
export let sparseMax: f32 = -Infinity;
export let sparseStatus: i32 = STATUS_OK;
export let sparseFault: i32 = -1;

/** A rest may weigh that much more than its tokens could: senders round. */
const REST_TOLERANCE: f64 = 1.01;

/** Whether a sparse row stands there instead of a row. */
export function useSparse(row: usize, dtype: i32): void {
  closeRest();
  sparse = load<u32>(row) == SPARSE_MARK ? row : 0;
  rowBytes = vocabularySize << (dtype == DTYPE_F32 ? 2 : 1);
}

// @ts-ignore: decorator
@inline
export function sparseCount(): i32 {
  return load<i32>(sparse, SPARSE_COUNT);
}

// @ts-ignore: decorator
@inline
export function sparseIdAt(index: i32): i32 {
  return load<i32>(sparse + SPARSE_IDS + ((<usize>index) << 2));
}

/** Scatters the list into the private copy, fills `blockMax`, and opens the rest. The outcome is in `sparseStatus`. */
export function loadSparse(): void {
  clear();
  const count = sparseCount();
  sparseMax = -Infinity;
  // a row that merely begins like one has any count
  if (<u32>count > <u32>max(0, rowBytes - SPARSE_IDS) >> 3) return fail(STATUS_INVALID_SPARSE_ROW, -1);
  const logits = sparse + SPARSE_IDS + ((<usize>count) << 2);
  let least: f32 = Infinity;
  for (let i = 0; i < count; i++) {
    const tokenId = sparseIdAt(i);
    if (<u32>tokenId >= <u32>vocabularySize || isListed(tokenId)) return fail(STATUS_INVALID_SPARSE_ROW, i);
    const x = load<f32>(logits + ((<usize>i) << 2));
    if (x != x) return fail(STATUS_NAN, i);
    if (x == Infinity) return fail(STATUS_POSITIVE_INFINITY, i);
    const block = tokenId / BLOCK_ELEMENTS;
    openBlock(block);
    const bits = blockListed + ((<usize>block) << 3);
    store<u64>(bits, load<u64>(bits) | ((<u64>1) << (tokenId & (BLOCK_ELEMENTS - 1))));
    store<f32>(rowCopy + ((<usize>tokenId) << 2), x);
    const largest = blockMax + ((<usize>block) << 2);
    if (x > load<f32>(largest)) store<f32>(largest, x);
    if (x > sparseMax) sparseMax = x;
    if (x < least) least = x;
  }
  sparseStatus = STATUS_OK;
  sparseFault = -1;
  loadRest(<f64>vocabularySize - <f64>count, least, load<f64>(sparse, SPARSE_REST));
}

function clear(): void {
  closeBlank();
  const blocks = <usize>paddedLength / BLOCK_ELEMENTS;
  memory.fill(blockListed, 0, blocks << 3);
  blank(blockMax, blockMax + (blocks << 2));
}

/** `count` tokens that weigh e^rest together, each at most as much as the smallest listed. */
function loadRest(count: f64, least: f32, rest: f64): void {
  closeRest();
  if (rest == -Infinity) return;
  // of an empty list nothing bounds the rest
  if (sparseCount() == 0 && count > 0 && rest < Infinity) return openRest(f32.MAX_VALUE, count, count);
  const weight = expModerate(min(rest - <f64>least, 700));
  if (!(weight <= count * REST_TOLERANCE)) return fail(STATUS_INVALID_SPARSE_ROW, -1);
  openRest(least, count, min(weight, count));
}

function fail(status: i32, index: i32): void {
  sparseStatus = status;
  sparseFault = index;
}
