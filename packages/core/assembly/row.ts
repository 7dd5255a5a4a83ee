// The row under work: where it is, how it was patched, and in which form it stands. Patches of an f32 row go in place and
// into an undo log, whose length in shared memory always covers what is patched: if this worker dies, the next one takes
// the patches back first. Where the log would overflow, and for 16-bit rows, a private copy is patched instead.
import { DTYPE_BF16, DTYPE_F16, DTYPE_F32, JOB_UNDO_COUNT, UNDO_CAPACITY, UNDO_ENTRY_BYTES } from "../src/layout";
import { floatBelow, toFinite } from "./floats";
import { gatherAbove, gatherIds, keyAt, keyLogit, keyTokenId, listCount } from "./list";
import { refreshBlock, refreshMax, scanRow } from "./scan";
import { paddedLength, rowCopy } from "./workspace";

/** The row as f32, in the slab or in the private copy. */
export let row: usize = 0;
/** dense: what of `row` is above `floor` and allowed. sparse: the list. */
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
let job: usize = 0;
let undo: usize = 0;
/** Since the maximum was last brought up to date; and since the row was opened. */
let isPatched: bool = false;
let wasPatched: bool = false;

export function setBeta(value: f64): void {
  beta = value;
}

export function setSparse(): void {
  isDense = false;
}

/** Cuts the dense row at `threshold`: only logits ≥ it count from now on. */
export function raiseFloor(threshold: f64): void {
  const nearest = <f32>threshold;
  floor = max(floor, <f64>nearest >= threshold ? floatBelow(nearest) : nearest);
}

/** Only the given ids (i32[count], ascending, distinct) count from now on, if they did before. */
export function allowOnly(ids: usize, count: i32): void {
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

/** From now on `row` is the private copy, which the caller has filled from it, block maxima included. */
export function useCopy(): void {
  row = rowCopy;
  wasPatched = true;
}

// @ts-ignore: decorator
@inline
export function isRestricted(): bool {
  return allowedIds != 0;
}

// @ts-ignore: decorator
@inline
export function logitAt(tokenId: i32): f32 {
  return load<f32>(row + ((<usize>tokenId) << 2));
}

/** Takes back the patches of the row in the slab, the last one first. */
function takeBackPatches(): void {
  let count = load<i32>(job, JOB_UNDO_COUNT);
  while (count > 0) {
    count--;
    const entry = undo + <usize>count * UNDO_ENTRY_BYTES;
    store<u32>(source + ((<usize>load<i32>(entry)) << 2), load<u32>(entry, 4));
    store<i32>(job, count, JOB_UNDO_COUNT);
  }
}

/** Starts on the row at `source`; 16-bit rows are widened into the private copy. */
export function openRow(rowSource: usize, rowDtype: i32, jobRecord: usize, undoLog: usize): void {
  source = rowSource;
  dtype = rowDtype;
  job = jobRecord;
  undo = undoLog;
  isDense = true;
  beta = 1;
  floor = -Infinity;
  allowedIds = 0;
  isPatched = false;
  wasPatched = false;
  loadRow();
}

function loadRow(): void {
  row = dtype == DTYPE_F32 ? source : rowCopy;
  if (dtype == DTYPE_F32) takeBackPatches();
  else if (dtype == DTYPE_F16) widenF16();
  else if (dtype == DTYPE_BF16) widenBf16();
}

/** Leaves the slab's row as it was found; with `isRead`, `row` and its block maxima are those of the unpatched row again. */
export function reopenRow(isRead: bool): void {
  if (!wasPatched) return;
  if (isRead) {
    loadRow();
    scanRow(row);
  } else if (dtype == DTYPE_F32) takeBackPatches();
}

/** Sets one logit, remembering what stood there. */
export function patch(tokenId: i32, value: f32): void {
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
      takeBackPatches();
      row = rowCopy;
      store<f32>(row + ((<usize>tokenId) << 2), value);
      refreshBlock(row, tokenId);
      return;
    }
  }
  store<f32>(address, value);
  refreshBlock(row, tokenId);
}

/** Makes a private copy, for edits of a large part of the row; the caller scans it when it is done. */
export function copyRow(): void {
  if (row != rowCopy) {
    memory.copy(rowCopy, row, (<usize>paddedLength) << 2);
    takeBackPatches();
    row = rowCopy;
  }
  isPatched = true;
  wasPatched = true;
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
  writeList(rowCopy);
  row = rowCopy;
  scanRow(row);
  isDense = true;
  beta = 1;
  floor = -Infinity;
  allowedIds = 0;
  wasPatched = true;
}

/** Writes what is left as a row, with the temperatures so far applied to its logits. target: f32[padded], not the row. */
export function writeRow(target: usize): void {
  listAll();
  writeList(target);
}

function writeList(target: usize): void {
  const end = target + ((<usize>paddedLength) << 2);
  for (let p = target; p < end; p += 4) store<f32>(p, -Infinity);
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    store<f32>(target + ((<usize>keyTokenId(key)) << 2), toFinite(<f64>keyLogit(key) * beta));
  }
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

function widenBf16(): void {
  const count = <usize>paddedLength;
  if (ASC_FEATURE_SIMD) {
    const zero = i32x4.splat(0);
    for (let i: usize = 0; i < count; i += 8) {
      const halves = v128.load(source + i * 2);
      const out = rowCopy + i * 4;
      v128.store(out, i16x8.shuffle(zero, halves, 0, 8, 0, 9, 0, 10, 0, 11));
      v128.store(out, i16x8.shuffle(zero, halves, 0, 12, 0, 13, 0, 14, 0, 15), 16);
    }
  } else {
    for (let i: usize = 0; i < count; i++) store<u32>(rowCopy + i * 4, (<u32>load<u16>(source + i * 2)) << 16);
  }
}

const F16_SCALE: f32 = reinterpret<f32>(0x77800000); // 2^112: rebases the exponent, subnormals included

function widenF16(): void {
  const count = <usize>paddedLength;
  if (ASC_FEATURE_SIMD) {
    for (let i: usize = 0; i < count; i += 8) {
      const halves = v128.load(source + i * 2);
      const out = rowCopy + i * 4;
      v128.store(out, widenF16x4(i32x4.extend_low_i16x8_u(halves)));
      v128.store(out, widenF16x4(i32x4.extend_high_i16x8_u(halves)), 16);
    }
  } else {
    for (let i: usize = 0; i < count; i++) {
      const half = <u32>load<u16>(source + i * 2);
      const magnitude = reinterpret<u32>(reinterpret<f32>((half & 0x7fff) << 13) * F16_SCALE);
      const special: u32 = (half & 0x7c00) == 0x7c00 ? 0x7f800000 : 0;
      store<u32>(rowCopy + i * 4, magnitude | special | ((half & 0x8000) << 16));
    }
  }
}

// @ts-ignore: decorator
@inline
function widenF16x4(halves: v128): v128 {
  const exponent = i32x4.splat(0x7c00);
  const magnitude = f32x4.mul(i32x4.shl(v128.and(halves, i32x4.splat(0x7fff)), 13), f32x4.splat(F16_SCALE));
  const special = v128.and(i32x4.eq(v128.and(halves, exponent), exponent), i32x4.splat(0x7f800000));
  const sign = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  return v128.or(v128.or(magnitude, special), sign);
}
