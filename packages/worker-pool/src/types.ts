/**
 * What the pool offers: slots (one row each) in a slab of shared memory, histories, compiled params, and a queue that
 * workers drain. The host owns a slot from `acquire` to `release`; a worker owns it between `submit` and completion.
 */
import type {
  GrammarImageData,
  KernelVariant,
  LogitsSource,
  MaskFillerModule,
  RowDtype,
  SampleResult,
  SamplingParams,
} from "@tokenmill/core";

export interface PoolOptions {
  /** Row length in elements; taken from `source` when one is given. */
  vocabSize?: number;
  /** Absent: the source's, else `f32`. */
  dtype?: RowDtype;
  /**
   * Worker threads, 0 … 256. Absent: available parallelism. 0 samples everything on the calling thread, custom stages and
   * foreign row writers too: there a row that hangs hangs the program, and one that ends its thread ends it.
   */
  workers?: number;
  /** Rows in the slab. Absent: 32 per worker, at least 64, at most what fits 1 GiB. */
  slots?: number;
  /** Largest `logprobs` a request may ask for. Absent: 20. */
  maxLogprobs?: number;
  /** Most ids in a request's `logprobTokenIds`, 0 … 4096; 8 bytes of each slot. Absent: 128. */
  maxLogprobTokenIds?: number;
  /**
   * Most tokens of a `samplingMask`, 0 … 2^24; 4 bytes of each slot. A row that was drawn from more fails with
   * `sampling_mask_too_large`, unless that is all of it. Absent: 2048.
   */
  maxSamplingMask?: number;
  /** Shared memory for token histories and compiled params, in bytes. Absent: 256 MiB. */
  arenaBytes?: number;
  /** A worker source's rows are written inside the workers; a batch source's by the owner of the slot. */
  source?: LogitsSource;
  /**
   * Stages of your own: `customStages: { quiet: "./quiet.js" }` runs where a `chain` says `"custom:quiet"`. Each is what an
   * ES module, given by its URL or path, exports under the stage's name or by default: a `CustomStage`. Every worker loads
   * the modules before its first row; the calling thread does so only if there are no workers.
   */
  customStages?: Readonly<Record<string, string>>;
  /**
   * Who fills the masks of rows with `masks`: every worker loads the module, fills each mask just before its row is sampled,
   * and fails the row alone (`grammar_failed`) if it cannot be filled. Without workers the calling thread does it.
   */
  maskFiller?: MaskFillerModule;
  /**
   * Time that a row may take once a worker has begun it, in milliseconds, 1 … 2^31 − 1, or Infinity. A row that takes longer
   * fails with `row_timeout`, is not done again, and its worker is ended and replaced. Without workers it has no effect: rows
   * run on the calling thread, which nothing can end. Absent: 30,000; the slowest settings of our own (a SynthID depth of 128
   * at 50,257 tokens) take a hundredth of it.
   */
  rowTimeoutMs?: number;
  /** Time that `close` leaves to rows in flight before it ends the threads, 0 … 2^31 − 1 milliseconds. Absent: 5000. */
  closeTimeoutMs?: number;
  /**
   * JavaScript heap of each worker, 2^24 … 2^40 bytes; one that needs more ends, as in a crash, and is replaced. The shared
   * memory and array buffers are not in it. Node cannot contain a single allocation that goes more than 16 MiB beyond it
   * (one array of 10^8 elements, say): that ends the process, as it would at any limit. Absent: 2^29.
   */
  workerHeapBytes?: number;
  /**
   * In a bundled program: the file that `@tokenmill/worker-pool/worker` was bundled into, which every thread begins with. A URL, or
   * a path from the working directory. Absent: this package's own, which has to be where it was installed.
   */
  workerUrl?: string | URL;
  /** Looks at the empty queue that a worker spins for before it sleeps, 0 … 10^7. Absent: 2000. */
  spinLimit?: number;
  /**
   * Batches of at most that many rows are sampled on the calling thread, as waking a worker costs more, 0 … 65536.
   * 0: no row ever is, whatever `inlineMs` says. Absent: 1. Rows with custom stages, of a source whose writer does not say
   * `runsInline`, or of params that are not known to take less than 1 ms never are, unless there are no workers.
   */
  inlineRows?: number;
  /**
   * So are larger batches that are expected to take at most that many milliseconds there, by the mean of the last rows;
   * one that takes twice as long after all is given to the workers. 0 … 1000. Absent: 0.1.
   */
  inlineMs?: number;
  /** Absent: SIMD where there is any. */
  variant?: KernelVariant;
}

/** Compiled, validated params in shared memory; one per distinct parameter set, reference-counted. */
export interface Plan {
  readonly offsetBytes: number;
  readonly params: Readonly<SamplingParams>;
  /** What a sequence's state starts from; undefined if no stage remembers anything. */
  readonly initialState: readonly number[] | undefined;
  /** The stages that are on, in order. */
  readonly stageNames: readonly string[];
  readonly hasCustomStages: boolean;
  /** The custom stages in its chain, sorted, with commas; empty without any. */
  readonly customStages: string;
  /** What its rows cost lately, over all who use equal params. */
  readonly cost: { readonly ms: number; add(ms: number): void };
  release(): void;
}

/** Ids that a row is sampled behind: a history of the pool, or the beginning of one. */
export interface HistoryView {
  readonly offsetBytes: number;
  readonly promptLength: number;
  /** Token ids so far. */
  readonly length: number;
}

/** A sequence's token ids in shared memory: prompt, then output. */
export interface History extends HistoryView {
  readonly capacity: number;
  /** Appends one id. @throws TypeError, RangeError for ids outside the vocabulary; RangeError when full or released */
  push(tokenId: number): void;
  /** Forgets the ids after the first `length`. @throws RangeError below the prompt's length and above its own. */
  truncate(length: number): void;
  /** The first `length` ids, as a prompt with nothing behind it. @throws RangeError beyond the history's length */
  beginning(length: number): HistoryView;
  /** Live view of the ids so far. */
  tokens(): Int32Array;
  release(): void;
}

/** One row to sample. */
export interface SampleJob {
  plan: Plan;
  history: HistoryView;
  seed: bigint;
  sequenceId: bigint;
  /** Number of output tokens before this one: the position of the draw. */
  position: number;
  /** How often the position was drawn before and taken back, 0 … 255: each time from other random numbers. Absent: 0. */
  redraw?: number;
  /**
   * True: the pool's worker source writes the row first. False when the row is already in the slab (batch sources,
   * `sample`): the worker then only samples.
   */
  writeRow: boolean;
  /** The sequence's state, as the last token's result has it. Absent: the plan's initial one. */
  state?: ArrayLike<number> | undefined;
  /** Whether the slot's `tokenMask` applies. Absent: false. */
  hasTokenMask?: boolean;
  /** Has the mask filled for what may follow the history's output, where the row is done; `hasTokenMask`: narrowed by it. Absent: none is. */
  masks?: TokenMasks | undefined;
  /** Where in the history the output begins that `masks` are for. Absent: behind the prompt. */
  maskStart?: number | undefined;
}

/** One output's masks: the number of the grammar's image, and one of the output's own. */
export interface TokenMasks {
  readonly image: number;
  readonly output: number;
}

/** The pool. Its threads exist from `createPool` to `close`. */
export interface SamplerPool {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly workers: number;
  readonly slotCount: number;
  readonly maxLogprobs: number;
  readonly maxLogprobTokenIds: number;
  readonly maxSamplingMask: number;
  readonly rowTimeoutMs: number;
  readonly memory: WebAssembly.Memory;
  /** Slots that `acquire` can still give. */
  readonly freeSlots: number;
  /** Size of the shared memory for histories and plans, and what of it is taken. */
  readonly arenaBytes: number;
  readonly arenaBytesUsed: number;

  /** Shared memory that a history of that capacity takes. */
  historyBytes(capacity: number): number;

  /** Validates and compiles; equal params share one plan. @throws RangeError, TypeError for bad params. */
  compile(params: SamplingParams): Plan;
  /** Copies the prompt into shared memory with space for `capacity` ids; undefined while the arena is full. */
  openHistory(prompt: ArrayLike<number>, capacity: number): History | undefined;

  /** The module that fills masks; undefined without one. */
  readonly maskFillerUrl: string | undefined;
  /** Tells the workers of the image unless they know it. @throws RangeError without a mask filler */
  openMasks(image: GrammarImageData): TokenMasks;
  /** No row with these masks is submitted any more. Safe to call twice. */
  closeMasks(masks: TokenMasks): void;

  /** Takes a slot, −1 if none is free. */
  acquire(): number;
  release(slot: number): void;
  /** The acquired slot goes to nobody, even when it is released, until `ended` settles: its row may still be written to. */
  withhold(slot: number, ended: Promise<unknown>): void;
  /** Called when a slot that was released while it was withheld is free, for whoever waits for one. Does nothing unless set. */
  onFreed: () => void;
  /** View of an acquired slot's row, `vocabSize` elements (16-bit patterns for f16 and bf16), or where `writeSparseRow` puts a sparse one. */
  row(slot: number): Float32Array | Uint16Array;
  /**
   * View of the slot's token mask, ⌈vocabSize / 32⌉ words: token id i can be drawn if bit i mod 32 of word ⌊i / 32⌋ is 1.
   * Write it before `submit`.
   */
  tokenMask(slot: number): Int32Array;
  /** Queues the slot; wake the workers with `flush` after the last of a batch. */
  submit(slot: number, job: SampleJob): void;
  flush(): void;
  /** Waits for at least one submitted slot to be done; each is reported once, in any order. Empty array: nothing is in flight. */
  completed(): Promise<readonly number[]>;
  /** Thread time that the completed slot's row took in milliseconds; NaN if nobody did it. */
  costMs(slot: number): number;
  /** Fills `into` from a completed slot that is not released yet. */
  readResult(slot: number, into: SampleResult): void;

  /** Ends one worker thread at once, as a crash would; it is replaced and its rows are done again. For fault drills. @throws RangeError */
  killWorker(index: number): Promise<void>;
  /** Counters since the start. */
  stats(): PoolStats;
  /**
   * Ends the threads after the rows that were submitted; what they gave can still be collected and read. New work is
   * refused: `compile`, `openHistory`, `acquire` and `submit` throw. Safe to call twice. Resolves at most a second after the
   * timeout, whatever a row does: those that are not done by then fail with `worker_lost`.
   * @param timeoutMs 0 … 2^31 − 1; absent: `closeTimeoutMs`
   * @throws TypeError, RangeError for another time
   */
  close(timeoutMs?: number): Promise<void>;
}

export interface PoolStats {
  rowsSampled: number;
  /** Workers that died and were replaced. */
  workerDeaths: number;
  /** Rows that had to be done again because their worker died. */
  rowsRetried: number;
  /** Rows that took too long, for which a worker was ended. */
  rowTimeouts: number;
}
