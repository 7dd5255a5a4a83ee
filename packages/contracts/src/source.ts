/**
 * Where rows of logits come from. Two kinds: a `WorkerSource` writes rows inside the worker, next to the kernel that
 * samples them; a `BatchSource` fills a batch from outside (an LLM runtime, the network, a function of the user's).
 * A row is a pure function of (history, sequence id, position): writing it again gives the same bits.
 */
import type { RowDtype } from "./dtype.ts";
import type { ChatTemplate } from "./modelSource.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** One row to write: where it goes and for which step of which sequence. Reused between calls; do not keep it. */
export interface RowJob {
  /** Byte offset of the row in the memory; 64-byte aligned. */
  rowOffsetBytes: number;
  /** Byte offset of the sequence's token ids (i32, prompt then output); 4-byte aligned. */
  historyOffsetBytes: number;
  /** Number of token ids in the history, prompt included. */
  historyLength: number;
  /** How many of them are the prompt. */
  promptLength: number;
  /** Low and high 32 bits of the sequence id. */
  sequenceIdLow: number;
  sequenceIdHigh: number;
  /** Number of output tokens before this one. */
  position: number;
}

/** Row-writing kernels that run at SIMD speed on the same memory. All offsets are bytes, all counts elements. */
export interface RowKernels {
  /** `target[i] = base[i] + offset` for f32 rows; both 16-byte aligned. */
  addScalar(targetOffsetBytes: number, baseOffsetBytes: number, count: number, offset: number): void;
  /** `target[ids[i]] = values[i] + offset`; ids i32, values f32. */
  scatterAdd(
    targetOffsetBytes: number,
    idsOffsetBytes: number,
    valuesOffsetBytes: number,
    count: number,
    offset: number,
  ): void;
}

/** What a worker passes to a row-writer factory. */
export interface RowWriterContext {
  readonly memory: WebAssembly.Memory;
  /** Byte offset of the tables that `installTables` wrote; 64-byte aligned; 0 if the source has none. */
  readonly tablesOffsetBytes: number;
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly kernels: RowKernels;
  /** The source's `worker.options`, structured-cloned. */
  readonly options: unknown;
}

/** Writes `vocabSize` elements at `job.rowOffsetBytes`; the padding behind a row is the pool's. May throw: that row fails. */
export type RowWriter = (job: Readonly<RowJob>) => void;

/** The export `createRowWriter` of a worker source's module. */
export type CreateRowWriter = (context: RowWriterContext) => RowWriter | Promise<RowWriter>;

interface SourceBase {
  /** Short name for messages and summaries. */
  readonly name: string;
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly tokenizer?: Tokenizer;
  /**
   * A text that two sources share only if they write the same rows: kind, options, contents of files and tables. Absent:
   * nobody knows, so that no other process goes on with what this source began.
   */
  fingerprint?(): Promise<string>;
  /** Whether the bits of a row depend on its history alone, wherever and with whatever else it is made. Absent: true. */
  readonly isBitStable?: boolean;
  /** Every token that ends an output, besides the tokenizer's own end of text. Absent: none. */
  readonly eosTokenIds?: readonly number[];
  /** Most tokens of a sequence, prompt and output. Absent: no limit of the source's. */
  readonly contextTokens?: number;
  /**
   * Sequences that the source can serve at the same time without computing any anew: others wait, and one whose reader pauses
   * makes way. Absent: any number.
   */
  readonly sequences?: number;
  /** Worker threads that a pool starts for it unless told otherwise: few where its own threads need the cores. Absent: one per core. */
  readonly workers?: number;
  /** How a conversation is written down for the model. Absent: it has no format of its own. */
  readonly chatTemplate?: ChatTemplate;
  /** Called by whoever opened the source, last. Absent: there is nothing to close. */
  close?(): Promise<void>;
}

/** Code that workers load. */
export interface WorkerModule {
  /** File URL of a built ES module that exports `createRowWriter: CreateRowWriter`. */
  readonly moduleUrl: string;
  /** Cloneable; the writer's context has them. */
  readonly options: unknown;
  /**
   * The writer is quick, always comes back, and ends nothing: few cheap rows may be written on the pool's calling thread.
   * Absent: false, and it runs in the workers only, where a row that hangs or ends its thread can be got rid of.
   */
  readonly runsInline?: boolean;
}

/** A source whose rows are written inside the workers. */
export interface WorkerSource extends SourceBase {
  readonly kind: "worker";
  /** Bytes of read-only tables that all workers share; 0 for none. */
  readonly tablesBytes: number;
  /** Writes the tables once, before any worker starts. */
  installTables?(memory: WebAssembly.Memory, tablesOffsetBytes: number): void;
  readonly worker: WorkerModule;
}

/** One row a batch source must fill. */
export interface BatchRow {
  /** View of the row, `vocabSize` elements (16-bit patterns for f16 and bf16); `writeSparseRow` may write them. */
  readonly row: Float32Array | Uint16Array;
  /** Prompt and output token ids so far; a live view, do not keep it. */
  readonly history: Int32Array;
  /** Tokens that are known to follow, the row after each of which will be wanted next: of a prompt that is scored. A live view. */
  readonly upcoming?: Int32Array;
  readonly promptLength: number;
  readonly sequenceId: bigint;
  /** Number of output tokens before this one. */
  readonly position: number;
}

/** A source that fills batches of rows from outside the workers. */
export interface BatchSource extends SourceBase {
  readonly kind: "batch";
  /**
   * Fills every row. `done(i)` says that row i is written, or with an error that it failed: such rows are sampled at once, the
   * others when the promise resolves. An array of per-row errors (or undefined) may be returned; a rejection fails all rows
   * that are not done. Rows that take longer than the engine's `rowTimeoutMs` have failed; what comes later is ignored.
   */
  fillRows(
    rows: readonly BatchRow[],
    done?: (index: number, error?: Error) => void,
  ): Promise<readonly (Error | undefined)[] | undefined>;
  /** How many calls of `fillRows` may be unfinished at a time, integer ≥ 1 or Infinity. Absent: 1. */
  readonly concurrentFills?: number;
  /** The sequence was cancelled while its row is being filled: the row may fail at once, however far it is. */
  cancelRow?(sequenceId: bigint): void;
  /** Called when a sequence ends, so that caches can be freed. */
  closeSequence?(sequenceId: bigint): void;
}

export type LogitsSource = WorkerSource | BatchSource;
