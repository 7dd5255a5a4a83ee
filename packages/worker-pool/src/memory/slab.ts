/**
 * Where everything lies in the pool's one shared memory. Both sides compute the same offsets from the same numbers, so only
 * `SlabShape` travels to the workers.
 */
import { dtypeBytes, type RowDtype } from "@tokenmill/core";
import {
  customScratchBytes,
  jobBytes,
  paddedLengthOf,
  placeJob,
  type RecordViews,
  resultBytes,
  type ResultCapacity,
  undoBytes,
} from "@tokenmill/core/internal";
import { largestPowerOfTwo } from "./arena.ts";

/** Words of the control block, one cache line (16 words) apart. */
export const CONTROL_TAIL = 0; // tickets published
export const CONTROL_HEAD = 16; // tickets taken
export const CONTROL_DONE_COUNT = 32; // rows done since the start
export const CONTROL_WAKE_TARGET = 48; // done count at which the host wants to be woken
export const CONTROL_WAKE = 64; // changed, then notified, to wake the host
export const CONTROL_STOP = 80; // 1: workers leave when the queue is empty
export const CONTROL_READY = 96; // starts of workers so far; changed, then notified, when one is ready
export const CONTROL_SIGNAL = 112; // changed, then notified, to wake workers
export const CONTROL_BUSY = 128; // time that workers spent on rows since the start, in BUSY_TICKS_PER_MS, modulo 2^32
export const CONTROL_WAIT = 144; // waits of the host so far, begun and ended: odd while it waits for several rows
export const CONTROL_IMPATIENT = 160; // the wait that has lasted too long
export const CONTROL_TICKS_WANTED = 176; // 1: rows are in flight
export const CONTROL_TICKER_ASLEEP = 192; // 1: the ticker is to be notified when ticks are wanted
export const CONTROL_TICK = 208; // what the ticker sleeps on: never changed
const CONTROL_WORDS = 224;

/** Resolution of CONTROL_BUSY: it wraps around after 268 s. */
export const BUSY_TICKS_PER_MS = 16_000;

/** Tickets that a worker takes at a time, at most. */
export const MAX_TICKETS_TAKEN = 16;

/** States of a slot while it is in flight. A claimed slot holds CLAIMED_BASE + its worker's incarnation. */
export const SLOT_QUEUED = 1;
export const SLOT_DONE = 2;
export const CLAIMED_BASE = 16;

/** Bytes of a slot's message: a length word, then UTF-8. */
export const MESSAGE_BYTES = 512;

export interface SlabShape extends ResultCapacity {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly slotCount: number;
  readonly workers: number;
  readonly workspaceBytes: number;
  /** Absent: false. */
  readonly hasCustomStages?: boolean;
  readonly tablesBytes: number;
  readonly arenaBytes: number;
}

export interface Slab extends SlabShape {
  readonly paddedLength: number;
  readonly rowBytes: number;
  /** Bytes from one result record to the next. */
  readonly resultStride: number;
  readonly maskBytes: number;
  /** Scratch of custom stages, of each worker. */
  readonly customBytes: number;
  readonly ringMask: number;
  /** Byte offsets. */
  readonly control: number;
  readonly states: number;
  /** Of each worker: 1 + the incarnation that got ready last. */
  readonly started: number;
  /** Of each worker: the id of the thread that got ready last. */
  readonly threadIds: number;
  /** Of each slot: thread time of its last row in milliseconds, f32. */
  readonly costs: number;
  readonly ring: number;
  readonly jobs: number;
  readonly results: number;
  readonly undo: number;
  readonly messages: number;
  readonly masks: number;
  readonly rows: number;
  readonly workspaces: number;
  readonly customScratch: number;
  readonly tables: number;
  readonly arena: number;
  readonly totalBytes: number;
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

export function layOutSlab(shape: SlabShape): Slab {
  const { vocabSize, dtype, slotCount, workers } = shape;
  const paddedLength = paddedLengthOf(vocabSize);
  const rowBytes = paddedLength * dtypeBytes[dtype];
  const resultStride = align(resultBytes(shape));
  const maskBytes = align(((vocabSize + 31) >> 5) * 4);
  // a slot has one ticket, after a death perhaps one too many, and one more for each that a stopped worker has taken and
  // for each row that was stolen from the ring
  const ringSize = 2 * largestPowerOfTwo(2 * slotCount + 2 * workers * (MAX_TICKETS_TAKEN + 1) + 1);
  const customBytes = shape.hasCustomStages ? customScratchBytes(paddedLength) : 0;
  let end = 1024;
  const take = (bytes: number): number => {
    const offset = end;
    end += align(bytes);
    return offset;
  };
  return {
    ...shape,
    paddedLength,
    rowBytes,
    resultStride,
    maskBytes,
    customBytes,
    ringMask: ringSize - 1,
    control: take(CONTROL_WORDS * 4),
    states: take(slotCount * 4),
    started: take(workers * 4),
    threadIds: take(workers * 4),
    costs: take(slotCount * 4),
    ring: take(ringSize * 4),
    jobs: take(slotCount * jobBytes),
    results: take(slotCount * resultStride),
    undo: take(slotCount * undoBytes),
    messages: take(slotCount * MESSAGE_BYTES),
    masks: take(slotCount * maskBytes),
    rows: take(slotCount * rowBytes),
    workspaces: take((workers + 1) * align(shape.workspaceBytes)),
    customScratch: take((workers + 1) * align(customBytes)),
    tables: take(shape.tablesBytes),
    arena: take(shape.arenaBytes),
    totalBytes: end,
  };
}

/** Byte offset of the slot's job record. */
export function jobOf(slab: Slab, slot: number): number {
  return slab.jobs + slot * jobBytes;
}

/** Byte offset of the slot's result record. */
export function resultOf(slab: Slab, slot: number): number {
  return slab.results + slot * slab.resultStride;
}

/** Writes where each slot's row, undo log and result lie into its job. */
export function placeJobs(views: RecordViews, slab: Slab): void {
  const { dtype, vocabSize, rows, rowBytes, undo } = slab;
  for (let slot = 0; slot < slab.slotCount; slot++) {
    placeJob(views, jobOf(slab, slot), {
      row: rows + slot * rowBytes,
      dtype,
      vocabSize,
      undo: undo + slot * undoBytes,
      result: resultOf(slab, slot),
    });
  }
}

/** Byte offset of the scratch of worker `index`; the host's inline lane has the last. */
export function workspaceOf(slab: Slab, index: number): number {
  return slab.workspaces + index * align(slab.workspaceBytes);
}

/** Byte offset of the custom stages' scratch of worker `index`. */
export function customScratchOf(slab: Slab, index: number): number {
  return slab.customScratch + index * align(slab.customBytes);
}
