// The row of the job: where it is, how it was patched, and in which form it stands. Patches of an f32 row go in place and
// into an undo log, whose length in shared memory always covers what is patched: if this worker dies, the next one undoes
// the patches first. Where the log would overflow, and for 16-bit rows (closedBlocks.ts), a private copy is patched instead.
import {
  BLOCK_ELEMENTS,
  DTYPE_F32,
  JOB_DTYPE,
  JOB_ROW,
  JOB_UNDO,
  JOB_UNDO_COUNT,
  UNDO_CAPACITY,
  UNDO_ENTRY_BYTES,
} from "../../src/layout";
import {
  blank,
  blankClosed,
  closeBlank,
  closeNarrow,
  closeNone,
  closeRaised,
  forgetNarrow,
  hasClosed,
  openAll,
  openBlock,
} from "../blocks/closedBlocks";
import { gatherAbove, gatherIds } from "../list/gather";
import { keyLogit, keyTokenId } from "../list/keys";
import { keyAt, listCount } from "../list/list";
import { job } from "../memory/job";
import { blockMax, paddedLength, rowCopy } from "../memory/workspace";
import { floatBelow, toFinite } from "../numbers/floats";
import { ceiling, editRest, hasRest, isListed, isOfRest, narrowRest, scaleCeiling } from "../sparse/rest";
import { loadSparse, sparse, sparseFault, sparseMax, sparseStatus, useSparse } from "../sparse/sparseRow";
import { forgetMass } from "./massF32";
import { finishScan, noteScan, openFinite, refreshBlock, refreshMax, scanRow } from "./scan";
import { narrowMax, scanNarrow } from "./scanNarrow";

/** The row as f32, in the slab or in the private copy. */
export let row: usize = 0;
/** What counts: of `row` what is above `floor` and allowed; else the list. */
export let isDense: bool = true;
/** The product of temperatures so far, inverted: weights are e^((x − max)·beta). */
export let beta: f64 = 1;
/** Only logits above this count while dense. */
export let floor: f32 = -Infinity;
/** i32[count] of the only ids that count while dense; 0: all. */
let allowedIds: usize = 0;
let allowedCount: i32 = 0;
let source: usize = 0;
let dtype: i32 = DTYPE_F32;
let undo: usize = 0;
/** Since the maximum was last brought up to date; and since the row was opened. */
let isPatched: bool = false;
let wasPatched: bool = false;

export function setBeta(value: f64): void {
  beta = value;
}

export function setFloor(value: f32): void {
  floor = value;
}

export function useList(): void {
  isDense = false;
}

/** After a list of the dense row that was left alone. */
export function useRow(): void {
  isDense = true;
}

/** Cuts the dense row at `threshold`: only logits ≥ it count from now on. */
export function raiseFloor(threshold: f64): void {
  const nearest = <f32>threshold;
  floor = max(floor, <f64>nearest >= threshold ? floatBelow(nearest) : nearest);
}

/** Only the given ids (i32[count], ascending, distinct) count from now on, if they did before. */
export function allowOnly(ids: usize, count: i32): void {
  if (hasRest) {
    let unlisted = 0;
    for (let i = 0; i < count; i++) unlisted += <i32>!isListed(load<i32>(ids + ((<usize>i) << 2)));
    narrowRest(<f64>unlisted);
  }
  if (isRestricted()) count = intersectAllowed(ids, count);
  else allowedIds = ids;
  allowedCount = count;
}

/** What is in both lists, written over the first, which is a mask's in the workspace. */
function intersectAllowed(ids: usize, count: i32): i32 {
  let n = 0;
  let i = 0;
  let j = 0;
  while (i < allowedCount && j < count) {
    const a = load<i32>(allowedIds + ((<usize>i) << 2));
    const b = load<i32>(ids + ((<usize>j) << 2));
    if (a == b) {
      store<i32>(allowedIds + ((<usize>n) << 2), a);
      n++;
    }
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return n;
}

/** From now on `row` is the private copy. */
export function useCopy(): void {
  forgetMass();
  row = rowCopy;
  wasPatched = true;
}

// @ts-ignore: decorator
@inline
export function isRestricted(): bool {
  return allowedIds != 0;
}

/** The token's logit; of a token that a sparse row does not list, what it is at most. */
export function logitAt(tokenId: i32): f32 {
  if (isOfRest(tokenId)) return ceiling;
  openBlock(tokenId / BLOCK_ELEMENTS);
  return load<f32>(row + ((<usize>tokenId) << 2));
}

/** Undoes the patches of the row in the slab, the last one first. */
function undoPatches(): void {
  let count = load<i32>(job, JOB_UNDO_COUNT);
  while (count > 0) {
    count--;
    const entry = undo + <usize>count * UNDO_ENTRY_BYTES;
    store<u32>(source + ((<usize>load<i32>(entry)) << 2), load<u32>(entry, 4));
    store<i32>(job, count, JOB_UNDO_COUNT);
  }
}

/** Starts on the row of the job. */
export function openRow(): void {
  source = <usize>load<u32>(job, JOB_ROW);
  dtype = load<i32>(job, JOB_DTYPE);
  undo = <usize>load<u32>(job, JOB_UNDO);
  useSparse(source, dtype);
  isDense = true;
  beta = 1;
  floor = -Infinity;
  allowedIds = 0;
  isPatched = false;
  wasPatched = false;
  loadRow();
}

function loadRow(): void {
  if (sparse != 0) {
    loadSparse();
    row = rowCopy;
    return;
  }
  closeNarrow(source, dtype);
  row = hasClosed ? rowCopy : source;
  if (!hasClosed) undoPatches();
}

/** Block maxima and the maximum of the row as it was loaded; massScale: as in `scanRow`. Returns a status. */
export function scanLoaded(massScale: f32): i32 {
  if (sparse != 0) {
    forgetMass();
    noteScan(sparseMax, sparseFault);
    return sparseStatus;
  }
  if (!hasClosed) return scanRow(row, massScale);
  const isSuspicious = scanNarrow(source, massScale);
  if (isSuspicious || narrowMax == Infinity) openAll();
  return finishScan(row, narrowMax, isSuspicious);
}

/** Leaves the slab's row as it was found; with `isRead`, `row` and its block maxima are those of the unpatched row again. */
export function reopenRow(isRead: bool): void {
  if (!wasPatched) return;
  if (isRead) {
    loadRow();
    scanLoaded(0);
  } else if (dtype == DTYPE_F32) undoPatches();
}

/** Sets one logit, remembering what stood there. */
export function patch(tokenId: i32, value: f32): void {
  if (isOfRest(tokenId)) return editRest(value);
  openBlock(tokenId / BLOCK_ELEMENTS);
  forgetNarrow();
  forgetMass();
  const address = row + ((<usize>tokenId) << 2);
  isPatched = true;
  wasPatched = true;
  if (row != rowCopy) {
    const count = load<i32>(job, JOB_UNDO_COUNT);
    if (count < UNDO_CAPACITY) {
      const entry = undo + <usize>count * UNDO_ENTRY_BYTES;
      store<i32>(entry, tokenId);
      store<u32>(entry, load<u32>(address), 4);
      store<i32>(job, count + 1, JOB_UNDO_COUNT); // before the patch itself
    } else {
      memory.copy(rowCopy, row, (<usize>paddedLength) << 2);
      undoPatches();
      row = rowCopy;
      store<f32>(row + ((<usize>tokenId) << 2), value);
      refreshBlock(row, tokenId);
      return;
    }
  }
  store<f32>(address, value);
  refreshBlock(row, tokenId);
}

/** Raises the green tokens. Until `openRaised` or `raiseMaxima`, block maxima are those of the row as it was. */
export function raiseRow(): void {
  closeRaised(row);
  useCopy();
}

/** Brings them up to date, and opens all blocks with something in them. */
export function openRaised(): void {
  openFinite(row);
  blankClosed();
}

/** Ends the edits: brings the maximum up to date and turns a restricted row into a list. */
export function settleEdits(): void {
  if (!isDense) return;
  if (isRestricted()) {
    gatherIds(row, allowedIds, allowedCount);
    isDense = false;
  } else if (isPatched) {
    refreshMax();
    isPatched = false;
  }
}

/** Before edits that come after a cut or a temperature: what is left becomes a row again, in the private copy, with the
 *  temperatures so far applied to its logits (as f32). */
export function startEdits(): void {
  settleEdits();
  if (isDense && floor == -Infinity && beta == 1) return;
  listAll();
  if (hasRest) scaleCeiling(beta);
  useListed();
}

/** Puts the list into the private copy, of which only the blocks with something in them are written. */
function useListed(): void {
  const heat = beta;
  closeBlank();
  forgetMass();
  useDense();
  blank(blockMax, blockMax + ((<usize>paddedLength / BLOCK_ELEMENTS) << 2));
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    const tokenId = keyTokenId(key);
    const x = toFinite(<f64>keyLogit(key) * heat);
    openBlock(tokenId / BLOCK_ELEMENTS);
    store<f32>(row + ((<usize>tokenId) << 2), x);
    const most = blockMax + ((<usize>tokenId / BLOCK_ELEMENTS) << 2);
    store<f32>(most, max(load<f32>(most), x));
  }
  refreshMax();
}

/** After what counts was written into the private copy, with the temperatures so far applied. */
export function useRewritten(): void {
  closeNone();
  scanRow(rowCopy, 0);
  useDense();
}

function useDense(): void {
  row = rowCopy;
  isDense = true;
  beta = 1;
  floor = -Infinity;
  allowedIds = 0;
  wasPatched = true;
}

/** Turns the dense form into a list of all that counts. */
export function listAll(): void {
  settleEdits();
  if (!isDense) return;
  gatherAbove(row, floor);
  isDense = false;
}

/** Whether nothing can be drawn. Call after `settleEdits`. */
export function isEmpty(largest: f32): bool {
  return isDense ? largest == -Infinity : listCount == 0;
}
