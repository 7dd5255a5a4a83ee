/** The pool: slots of one slab sampled by worker threads, or by the calling thread where that is quicker. */
import type { GrammarImageData, RowDtype, SampleResult, SamplingParams } from "@tokenmill/core";
import { checkTimeout, refuse } from "@tokenmill/check";
import { Arena, blockSize } from "../memory/arena.ts";
import { checkHistory, openHistory } from "../memory/histories.ts";
import { InlineLane } from "./inlineLane.ts";
import type { MaskImages } from "../rows/maskImages.ts";
import type { CompleteOptions } from "./options.ts";
import { PlanCache } from "../memory/plans.ts";
import { LostRows } from "./lostRows.ts";
import { JobQueue, PATIENCE_MS } from "../ring/queue.ts";
import { RowCost } from "../memory/rowCost.ts";
import type { RowRunner, RunnerSetup } from "../rows/rowRunner.ts";
import type { Slab } from "../memory/slab.ts";
import { SlotBook } from "./slotBook.ts";
import { Threads } from "../threads/threads.ts";
import { WorkerStarts } from "../threads/workerStarts.ts";
import type { History, Plan, PoolStats, SampleJob, SamplerPool, TokenMasks } from "../types.ts";
import { Watchdog } from "../ring/watchdog.ts";

export interface PoolParts {
  readonly slab: Slab;
  readonly memory: WebAssembly.Memory;
  readonly options: CompleteOptions;
  /** The calling thread's. */
  readonly runner: RowRunner;
  readonly setup: RunnerSetup;
  /** Absent without a mask filler. */
  readonly images: MaskImages | undefined;
}

export class Pool implements SamplerPool {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly workers: number;
  readonly slotCount: number;
  readonly maxLogprobs: number;
  readonly maxLogprobTokenIds: number;
  readonly maxSamplingMask: number;
  readonly rowTimeoutMs: number;
  readonly memory: WebAssembly.Memory;
  onFreed: () => void = () => undefined;
  readonly #closeTimeoutMs: number;
  readonly #words: Int32Array;
  readonly #book: SlotBook;
  readonly #starts: WorkerStarts;
  readonly #queue: JobQueue;
  readonly #arena: Arena;
  readonly #plans: PlanCache;
  readonly #inlineLane: InlineLane;
  readonly #lostRows: LostRows;
  readonly #hasWriter: boolean;
  readonly maskFillerUrl: string | undefined;
  readonly #images: MaskImages | undefined;
  readonly #threads: Threads | undefined;
  #closing: Promise<void> | undefined;
  #rowsSampled = 0;

  constructor({ slab, memory, options, runner, setup, images }: PoolParts) {
    this.#images = images;
    this.maskFillerUrl = options.maskFiller?.moduleUrl;
    this.memory = memory;
    this.vocabSize = slab.vocabSize;
    this.dtype = slab.dtype;
    this.workers = slab.workers;
    this.slotCount = slab.slotCount;
    this.maxLogprobs = slab.maxLogprobs;
    this.maxLogprobTokenIds = slab.maxLogprobTokenIds;
    this.maxSamplingMask = slab.maxSamplingMask;
    this.rowTimeoutMs = options.rowTimeoutMs;
    this.#closeTimeoutMs = options.closeTimeoutMs;
    const rowCost = new RowCost();
    this.#book = new SlotBook(slab, memory, () => this.onFreed());
    this.#words = this.#book.views.i32;
    this.#starts = new WorkerStarts(slab, this.#words);
    const watchdog = new Watchdog(options.rowTimeoutMs, (claim) => this.#lostRows.onOverdue(claim));
    this.#queue = new JobQueue(slab, this.#words, rowCost, watchdog);
    this.#lostRows = new LostRows({
      book: this.#book,
      queue: this.#queue,
      starts: this.#starts,
      rowTimeoutMs: options.rowTimeoutMs,
      endWorker: (index, threadId) => void this.#threads!.end(index, threadId),
    });
    this.#arena = new Arena(slab.arena, slab.arenaBytes);
    this.#plans = new PlanCache(this.#arena, new Uint8Array(memory.buffer), {
      vocabSize: slab.vocabSize,
      maxLogprobs: slab.maxLogprobs,
      maxLogprobTokenIds: slab.maxLogprobTokenIds,
      maxSamplingMask: slab.maxSamplingMask,
      customStages: Object.keys(options.customStages),
    });
    const writesInline = setup.source?.runsInline === true;
    this.#inlineLane = new InlineLane(runner, this.#book, rowCost, { ...options, writesInline });
    this.#hasWriter = setup.source !== undefined;
    if (slab.workers === 0) return;
    this.#threads = new Threads({
      workers: slab.workers,
      setup: { ...setup, spinLimit: options.spinLimit },
      ticker: { memory, control: slab.control, patienceMs: PATIENCE_MS, watchMs: watchdog.intervalMs },
      workerUrl: options.workerUrl,
      images,
      heapMiB: options.workerHeapBytes / 2 ** 20,
      onDeath: (death) => this.#lostRows.onDeath(death),
      onHopeless: (reason) => this.#lostRows.onHopeless(reason),
      hasStarted: (index, incarnation) => this.#starts.workerOf(incarnation) === index,
    });
  }

  /** Resolves when all workers have started. */
  async ready(): Promise<void> {
    await this.#starts.all(() => this.#lostRows.hopeless !== undefined);
    const { hopeless } = this.#lostRows;
    if (!hopeless) return;
    await this.close();
    throw new Error(`the workers cannot start: ${hopeless.message}`, { cause: hopeless });
  }

  get freeSlots(): number {
    return this.#book.freeCount;
  }

  get arenaBytes(): number {
    return this.#arena.capacityBytes;
  }

  get arenaBytesUsed(): number {
    return this.#arena.usedBytes;
  }

  historyBytes(capacity: number): number {
    return blockSize(4 * Math.max(1, capacity));
  }

  compile(params: SamplingParams): Plan {
    this.#checkOpen();
    return this.#plans.compile(params);
  }

  openHistory(prompt: ArrayLike<number>, capacity: number): History | undefined {
    this.#checkOpen();
    return openHistory({ arena: this.#arena, words: this.#words, vocabSize: this.vocabSize }, prompt, capacity);
  }

  openMasks(image: GrammarImageData): TokenMasks {
    this.#checkOpen();
    if (!this.#images) return refuse("masks", 'a pool that was made with a "maskFiller"', undefined, true);
    return this.#images.open(image);
  }

  closeMasks(masks: TokenMasks): void {
    this.#images?.close(masks);
  }

  acquire(): number {
    this.#checkOpen();
    return this.#book.acquire();
  }

  release(slot: number): void {
    this.#book.release(slot);
  }

  withhold(slot: number, ended: Promise<unknown>): void {
    this.#book.checkAcquired(slot);
    void this.#book.withhold(slot, ended);
  }

  row(slot: number): Float32Array | Uint16Array {
    return this.#book.row(slot);
  }

  tokenMask(slot: number): Int32Array {
    return this.#book.tokenMask(slot);
  }

  submit(slot: number, job: SampleJob): void {
    this.#checkOpen();
    this.#book.checkAcquired(slot);
    if (job.writeRow && !this.#hasWriter) {
      refuse("writeRow", "false: the pool has no source that writes rows in the workers", true, false);
    }
    this.#plans.check(job.plan);
    checkHistory(job.history, this.#arena);
    if (job.masks) this.#images?.check(job.masks);
    this.#book.begin(slot, job);
    this.#queue.submit(slot);
    if (!job.plan.hasCustomStages || !this.#lostRows.isQuarantined(job.plan.customStages)) return;
    this.#book.fail(slot, "quarantined");
    this.#book.setCostMs(slot, Number.NaN);
    this.#queue.finishUnpublished(slot);
  }

  flush(): void {
    const { hopeless } = this.#lostRows;
    if (!hopeless) this.#inlineLane.run(this.#queue);
    this.#queue.publish();
    if (hopeless) this.#lostRows.abandon();
  }

  async completed(): Promise<readonly number[]> {
    this.flush();
    const done = await this.#queue.collectSome();
    for (const slot of done) this.#book.end(slot);
    this.#rowsSampled += done.length;
    return done;
  }

  costMs(slot: number): number {
    return this.#book.costMs(slot);
  }

  readResult(slot: number, into: SampleResult): void {
    this.#book.readResult(slot, into);
    const message = this.#lostRows.messageOf(slot, into.status);
    if (message !== undefined) into.message = message;
  }

  async killWorker(index: number): Promise<void> {
    if (!(Number.isInteger(index) && index >= 0 && index < this.workers)) {
      refuse("index", `integer in [0, ${this.workers}), the workers`, index, typeof index !== "number");
    }
    await this.#threads?.kill(index);
  }

  stats(): PoolStats {
    return {
      rowsSampled: this.#rowsSampled,
      workerDeaths: this.#lostRows.workerDeaths,
      rowsRetried: this.#queue.rowsRetried,
      rowTimeouts: this.#lostRows.rowTimeouts,
    };
  }

  async close(timeoutMs: number = this.#closeTimeoutMs): Promise<void> {
    checkTimeout("timeoutMs", timeoutMs);
    await (this.#closing ??= this.#end(timeoutMs));
  }

  async #end(timeoutMs: number): Promise<void> {
    this.flush();
    this.#queue.stop();
    await this.#threads?.close(timeoutMs);
    this.#lostRows.cut();
  }

  #checkOpen(): void {
    if (this.#closing) throw new Error("the pool is closed");
  }
}
