/**
 * The job record: which row to sample, by what plan, into which result. Its writer has two parts, since where a job's row lies
 * is known long before what is to be drawn from it.
 */
import type { RowDtype } from "@tokenmill/contracts";
import {
  DTYPE_F32,
  JOB_BYTES,
  JOB_DTYPE,
  JOB_FIRST_STAGE,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_MASK,
  JOB_MASK_IMAGE,
  JOB_MASK_NARROWS,
  JOB_MASK_OUTPUT,
  JOB_MASK_START,
  JOB_PLAN,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  JOB_REDRAW,
  JOB_RESULT,
  JOB_ROW,
  JOB_SEED_LOW,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
  JOB_STATE,
  JOB_UNDO,
  JOB_UNDO_COUNT,
  JOB_VOCAB_SIZE,
  JOB_WRITE_ROW,
} from "../layout.ts";
import { dtypeCode } from "./row.ts";
import { writeState } from "./state.ts";
import type { RecordViews } from "./views.ts";

/** Bytes of a job record, which lies at a multiple of 64. */
export const jobBytes: number = JOB_BYTES;

/** What of a job stays: byte offsets, and the row's form. */
export interface JobPlace {
  /** Padded with −Infinity, at a multiple of 64. */
  readonly row: number;
  readonly dtype: RowDtype;
  readonly vocabSize: number;
  /** `undoBytes`. */
  readonly undo: number;
  /** `resultBytes`. */
  readonly result: number;
}

/** What of a job changes from draw to draw: byte offsets of what the kernels read, and the draw. */
export interface JobDraw {
  readonly plan: number;
  readonly history: number;
  readonly historyLength: number;
  readonly promptLength: number;
  readonly seed: number | bigint;
  readonly sequenceId: number | bigint;
  readonly position: number;
  /** How often the position was drawn before and taken back, 0 … 255. Absent: 0. */
  readonly redraw?: number | undefined;
  /** Absent: the plan has no state. */
  readonly state?: ArrayLike<number> | undefined;
  /** Of the token mask. Absent or 0: none. */
  readonly mask?: number;
  /** Where the mask is filled next to the kernel: the number of its image, and the output that it is for. Absent: 0, none. */
  readonly maskImage?: number;
  readonly maskOutput?: number;
  /** Where in the history that output begins. Absent: behind the prompt. */
  readonly maskStart?: number | undefined;
  /** Whether what is filled narrows the mask that is there. Absent: false. */
  readonly narrowsMask?: boolean | undefined;
  /** The row, where it lies elsewhere than the last time. */
  readonly row?: number;
  /** Absent: false, the row is there. */
  readonly writesRow?: boolean;
}

/** A job as `readJob` reads it, byte offsets; the names of a source's `RowJob` among them. */
export interface Job {
  planOffsetBytes: number;
  resultOffsetBytes: number;
  rowOffsetBytes: number;
  historyOffsetBytes: number;
  historyLength: number;
  promptLength: number;
  sequenceIdLow: number;
  sequenceIdHigh: number;
  position: number;
  maskOffsetBytes: number;
  maskImage: number;
  maskOutput: number;
  maskStart: number;
  narrowsMask: boolean;
  writesRow: boolean;
}

/** Writes where a job's row lies; nothing of it is patched and no stage done. */
export function placeJob({ i32 }: RecordViews, at: number, place: JobPlace): void {
  i32[(at + JOB_ROW) >>> 2] = place.row;
  i32[(at + JOB_DTYPE) >>> 2] = dtypeCode[place.dtype];
  i32[(at + JOB_VOCAB_SIZE) >>> 2] = place.vocabSize;
  i32[(at + JOB_UNDO) >>> 2] = place.undo;
  i32[(at + JOB_RESULT) >>> 2] = place.result;
  i32[(at + JOB_UNDO_COUNT) >>> 2] = 0;
  i32[(at + JOB_FIRST_STAGE) >>> 2] = 0;
}

/** Writes what is to be drawn from a row whose job has its place. */
export function writeJob(views: RecordViews, at: number, draw: JobDraw): void {
  const { i32 } = views;
  i32[(at + JOB_PLAN) >>> 2] = draw.plan;
  i32[(at + JOB_HISTORY) >>> 2] = draw.history;
  i32[(at + JOB_HISTORY_LENGTH) >>> 2] = draw.historyLength;
  i32[(at + JOB_PROMPT_LENGTH) >>> 2] = draw.promptLength;
  writeUint64(views, at + JOB_SEED_LOW, draw.seed);
  writeUint64(views, at + JOB_SEQUENCE_LOW, draw.sequenceId);
  i32[(at + JOB_POSITION) >>> 2] = draw.position;
  i32[(at + JOB_REDRAW) >>> 2] = draw.redraw ?? 0;
  i32[(at + JOB_WRITE_ROW) >>> 2] = draw.writesRow ? 1 : 0;
  i32[(at + JOB_UNDO_COUNT) >>> 2] = 0;
  if (draw.row !== undefined) i32[(at + JOB_ROW) >>> 2] = draw.row;
  i32[(at + JOB_MASK) >>> 2] = draw.mask ?? 0;
  i32[(at + JOB_MASK_IMAGE) >>> 2] = draw.maskImage ?? 0;
  i32[(at + JOB_MASK_OUTPUT) >>> 2] = draw.maskOutput ?? 0;
  i32[(at + JOB_MASK_START) >>> 2] = draw.maskStart ?? draw.promptLength;
  i32[(at + JOB_MASK_NARROWS) >>> 2] = draw.narrowsMask ? 1 : 0;
  if (draw.state) writeState(views, at + JOB_STATE, draw.state);
}

/** Low and high word of a safe integer or a bigint, a negative one as its two's complement. */
function writeUint64({ i32, u64 }: RecordViews, at: number, value: number | bigint): void {
  if (Number.isSafeInteger(value)) {
    // a bigint of it would be allocated
    i32[at >>> 2] = value as number;
    i32[(at + 4) >>> 2] = Math.floor((value as number) / 2 ** 32);
  } else {
    // both words at once: the memory is little-endian
    u64[at >>> 3] = BigInt(value);
  }
}

/** Writes a copy of the job at `from` that works on another row, f32, on which the stages before `firstStage` have been done. */
export function writeRest(
  { i32 }: RecordViews,
  at: number,
  from: number,
  rest: { row: number; undo: number; firstStage: number },
): void {
  if (from !== at) i32.copyWithin(at >>> 2, from >>> 2, (from + JOB_BYTES) >>> 2);
  i32[(at + JOB_ROW) >>> 2] = rest.row;
  i32[(at + JOB_DTYPE) >>> 2] = DTYPE_F32;
  i32[(at + JOB_UNDO) >>> 2] = rest.undo;
  i32[(at + JOB_UNDO_COUNT) >>> 2] = 0;
  i32[(at + JOB_FIRST_STAGE) >>> 2] = rest.firstStage;
}

/** An empty job, to be filled by `readJob`. */
export function createJob(): Job {
  return {
    planOffsetBytes: 0,
    resultOffsetBytes: 0,
    rowOffsetBytes: 0,
    historyOffsetBytes: 0,
    historyLength: 0,
    promptLength: 0,
    sequenceIdLow: 0,
    sequenceIdHigh: 0,
    position: 0,
    maskOffsetBytes: 0,
    maskImage: 0,
    maskOutput: 0,
    maskStart: 0,
    narrowsMask: false,
    writesRow: false,
  };
}

/** Fills `into`, which is kept for the next job: nothing is allocated. */
export function readJob({ i32 }: RecordViews, at: number, into: Job): void {
  into.planOffsetBytes = i32[(at + JOB_PLAN) >>> 2]! >>> 0;
  into.resultOffsetBytes = i32[(at + JOB_RESULT) >>> 2]! >>> 0;
  into.rowOffsetBytes = i32[(at + JOB_ROW) >>> 2]! >>> 0;
  into.historyOffsetBytes = i32[(at + JOB_HISTORY) >>> 2]! >>> 0;
  into.historyLength = i32[(at + JOB_HISTORY_LENGTH) >>> 2]!;
  into.promptLength = i32[(at + JOB_PROMPT_LENGTH) >>> 2]!;
  into.sequenceIdLow = i32[(at + JOB_SEQUENCE_LOW) >>> 2]!;
  into.sequenceIdHigh = i32[(at + JOB_SEQUENCE_HIGH) >>> 2]!;
  into.position = i32[(at + JOB_POSITION) >>> 2]!;
  into.maskOffsetBytes = i32[(at + JOB_MASK) >>> 2]! >>> 0;
  into.maskImage = i32[(at + JOB_MASK_IMAGE) >>> 2]!;
  into.maskOutput = i32[(at + JOB_MASK_OUTPUT) >>> 2]!;
  into.maskStart = i32[(at + JOB_MASK_START) >>> 2]!;
  into.narrowsMask = i32[(at + JOB_MASK_NARROWS) >>> 2] === 1;
  into.writesRow = i32[(at + JOB_WRITE_ROW) >>> 2] === 1;
}
