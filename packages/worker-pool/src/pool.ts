/** The pool: slots of one slab sampled by worker threads, or by the calling thread where that is quicker. */
import {
  dtypeBytes,
  type GrammarImageData,
  type RowDtype,
  type SampleResult,
  type SamplingParams,
} from "@tokenmill/core";
import { refuse } from "@tokenmill/check";
import {
  compileKernels,
  createMemory,
  instantiateKernels,
  JOB_BYTES,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_MASK,
  JOB_MASK_IMAGE,
  JOB_MASK_OUTPUT,
  JOB_PLAN,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_LOW,
  JOB_STATE,
  JOB_UNDO_COUNT,
  JOB_WRITE_ROW,
  type MemoryViews,
  negativeInfinity,
  readResult,
  RESULT_STATUS,
  STATUS_WORKER_LOST,
} from "@tokenmill/core/internal";
import { Arena } from "./arena.ts";
import { openHistory } from "./histories.ts";
import { InlineLane } from "./inlineLane.ts";
import { type CompleteOptions, completeOptions } from "./options.ts";
import { MaskImages } from "./maskImages.ts";
import { PlanCache } from "./plans.ts";
import { JobQueue } from "./queue.ts";
import { RowCost } from "./rowCost.ts";
import { RowRunner, type RunnerSetup } from "./rowRunner.ts";
import { CONTROL_READY, layOutSlab, MESSAGE_BYTES, type Slab } from "./slab.ts";
import { takeBackPatches } from "./takeBackPatches.ts";
import { Threads } from "./threads.ts";
import type { History, Plan, PoolOptions, PoolStats, SampleJob, SamplerPool, TokenMasks } from "./types.ts";

/**
 * Starts a pool; resolves when every worker is ready.
 * @throws TypeError, RangeError for bad options; Error if the workers cannot start (a source module that does not load).
 */
export async function createPool(options: PoolOptions = {}): Promise<SamplerPool> {
  const complete = completeOptions(options);
  const module = await compileKernels(complete.variant);
  const probe = await instantiateKernels(module, createMemory(65536));
  const workerSource = complete.source?.kind === "worker" ? complete.source : undefined;
  const { customStages } = complete;
  const slab = layOutSlab({
    vocabSize: complete.vocabSize,
    dtype: complete.dtype,
    slotCount: complete.slots,
    maxLogprobs: complete.maxLogprobs,
    workers: complete.workers,
    workspaceBytes: probe.workspace_bytes(complete.vocabSize),
    hasCustomStages: Object.keys(customStages).length > 0,
    tablesBytes: workerSource?.tablesBytes ?? 0,
    arenaBytes: complete.arenaBytes,
  });
  const memory = createMemory(slab.totalBytes);
  padRows(slab, memory);
  workerSource?.installTables?.(memory, slab.tables);
  const { maskFiller } = complete;
  const setup: RunnerSetup = { module, memory, shape: slab, customStages, source: workerSource?.worker, maskFiller };
  const images = maskFiller && new MaskImages();
  // with workers, rows with masks are theirs
  const imageOf = complete.workers === 0 ? images?.imageOf.bind(images) : undefined;
  const inlineRunner = await RowRunner.create(setup, complete.workers, imageOf);
  const pool = new Pool(slab, memory, complete, inlineRunner, setup, images);
  await pool.ready();
  return pool;
}

/** Fills all rows with −Infinity once; writers fill the first `vocabSize` elements, the padding stays. */
function padRows(slab: Slab, memory: WebAssembly.Memory): void {
  const ViewType = slab.dtype === "f32" ? Float32Array : Uint16Array;
  for (let slot = 0; slot < slab.slotCount; slot++) {
    const row = new ViewType(memory.buffer, slab.rows + slot * slab.rowBytes, slab.paddedLength);
    row.fill(negativeInfinity[slab.dtype], slab.vocabSize);
  }
}

class Pool implements SamplerPool {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly workers: number;
  readonly slotCount: number;
  readonly maxLogprobs: number;
  readonly memory: WebAssembly.Memory;
  readonly #slab: Slab;
  readonly #views: MemoryViews;
  readonly #words64: BigUint64Array;
  readonly #queue: JobQueue;
  readonly #arena: Arena;
  readonly #plans: PlanCache;
  readonly #inlineLane: InlineLane;
  readonly #rowCost = new RowCost();
  readonly #hasWriter: boolean;
  readonly #free: number[];
  /** Whether the slot is with its owner (1) and under way (2). */
  readonly #use: Uint8Array;
  readonly #hasLogprobs: Uint8Array;
  readonly #hasState: Uint8Array;
  readonly #hasCustom: Uint8Array;
  readonly #hasMasks: Uint8Array;
  readonly #images: MaskImages | undefined;
  readonly maskFillerUrl: string | undefined;
  readonly #threads: Threads | undefined;
  #hopeless: Error | undefined;
  #closing: Promise<void> | undefined;
  #rowsSampled = 0;
  #workerDeaths = 0;

  constructor(
    slab: Slab,
    memory: WebAssembly.Memory,
    options: CompleteOptions,
    runner: RowRunner,
    setup: RunnerSetup,
    images: MaskImages | undefined,
  ) {
    this.#slab = slab;
    this.memory = memory;
    this.vocabSize = slab.vocabSize;
    this.dtype = slab.dtype;
    this.workers = slab.workers;
    this.slotCount = slab.slotCount;
    this.maxLogprobs = slab.maxLogprobs;
    this.#views = {
      i32: new Int32Array(memory.buffer),
      f64: new Float64Array(memory.buffer, 0, memory.buffer.byteLength >> 3),
    };
    this.#words64 = new BigUint64Array(memory.buffer, 0, memory.buffer.byteLength >> 3);
    this.#queue = new JobQueue(slab, this.#views.i32, this.#rowCost);
    this.#arena = new Arena(slab.arena, slab.arenaBytes);
    this.#plans = new PlanCache(this.#arena, new Uint8Array(memory.buffer), {
      vocabSize: slab.vocabSize,
      maxLogprobs: slab.maxLogprobs,
      customStages: Object.keys(options.customStages),
    });
    this.#hasMasks = new Uint8Array(slab.slotCount);
    this.#images = images;
    this.maskFillerUrl = setup.maskFiller?.moduleUrl;
    this.#inlineLane = new InlineLane(runner, this.#rowCost, options, (slot) => this.#hasMasks[slot] === 0);
    this.#hasWriter = setup.source !== undefined;
    this.#free = Array.from({ length: slab.slotCount }, (_, i) => slab.slotCount - 1 - i);
    this.#use = new Uint8Array(slab.slotCount);
    this.#hasLogprobs = new Uint8Array(slab.slotCount);
    this.#hasState = new Uint8Array(slab.slotCount);
    this.#hasCustom = new Uint8Array(slab.slotCount);
    if (slab.workers > 0) {
      this.#threads = new Threads({
        workers: slab.workers,
        setup: { ...setup, spinLimit: options.spinLimit },
        images,
        onDeath: (incarnation) => this.#onDeath(incarnation),
        onHopeless: (reason) => this.#onHopeless(reason),
        hasStarted: (index, incarnation) => this.#startOf(index) === incarnation + 1,
      });
    }
  }

  /** Resolves when all workers have started. */
  async ready(): Promise<void> {
    const word = (this.#slab.control >> 2) + CONTROL_READY;
    while (!this.#hopeless) {
      const count = Atomics.load(this.#views.i32, word);
      let index = 0;
      while (index < this.workers && this.#startOf(index) > 0) index++;
      if (index === this.workers) return;
      const waiting = Atomics.waitAsync(this.#views.i32, word, count, 100);
      if (waiting.async) await waiting.value;
    }
    const reason = this.#hopeless;
    await this.close();
    throw new Error(`the workers cannot start: ${reason.message}`, { cause: reason });
  }

  #startOf(index: number): number {
    return Atomics.load(this.#views.i32, (this.#slab.started >> 2) + index);
  }

  get freeSlots(): number {
    return this.#free.length;
  }

  compile(params: SamplingParams): Plan {
    this.#checkOpen();
    return this.#plans.compile(params);
  }

  openHistory(prompt: ArrayLike<number>, capacity: number): History | undefined {
    this.#checkOpen();
    if (!Number.isInteger(capacity) || capacity < Math.max(1, prompt.length)) {
      refuse(
        "capacity",
        `integer ≥ ${Math.max(1, prompt.length)} (the prompt's length)`,
        capacity,
        typeof capacity !== "number",
      );
    }
    if (capacity * 4 > this.#slab.arenaBytes) {
      refuse("capacity", `at most ${this.#slab.arenaBytes >> 2} tokens: raise arenaBytes`, capacity, false);
    }
    for (let i = 0; i < prompt.length; i++) {
      const id = prompt[i]!;
      if (!(Number.isInteger(id) && id >= 0 && id < this.vocabSize)) {
        refuse(`prompt[${i}]`, `token id in [0, ${this.vocabSize})`, id, false);
      }
    }
    return openHistory(this.#arena, this.#views.i32, prompt, capacity);
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
    const slot = this.#free.pop() ?? -1;
    if (slot >= 0) this.#use[slot] = 1;
    return slot;
  }

  release(slot: number): void {
    if (this.#use[slot] !== 1) throw new RangeError(`slot ${slot} expected to be acquired and not under way`);
    this.#use[slot] = 0;
    this.#free.push(slot);
  }

  row(slot: number): Float32Array | Uint16Array {
    if (!this.#use[slot]) throw new RangeError(`slot ${slot} expected to be acquired`);
    const offset = this.#slab.rows + slot * this.#slab.rowBytes;
    return dtypeBytes[this.dtype] === 4
      ? new Float32Array(this.memory.buffer, offset, this.vocabSize)
      : new Uint16Array(this.memory.buffer, offset, this.vocabSize);
  }

  tokenMask(slot: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.#maskOffset(slot), (this.vocabSize + 31) >> 5);
  }

  #maskOffset(slot: number): number {
    return this.#slab.masks + slot * this.#slab.maskBytes;
  }

  submit(
    slot: number,
    {
      plan,
      history,
      seed,
      sequenceId,
      position,
      writeRow,
      hasTokenMask = false,
      masks,
      state = plan.initialState,
    }: SampleJob,
  ): void {
    this.#checkOpen();
    if (this.#use[slot] !== 1) throw new RangeError(`slot ${slot} expected to be acquired and not under way`);
    if (writeRow && !this.#hasWriter) {
      throw new RangeError(
        `"writeRow" expected false, got true: the pool has no source that writes rows in the workers`,
      );
    }
    this.#use[slot] = 2;
    this.#hasLogprobs[slot] = plan.params.logprobs === undefined ? 0 : 1;
    this.#hasState[slot] = plan.initialState ? 1 : 0;
    this.#hasCustom[slot] = plan.hasCustomStages ? 1 : 0;
    const { i32, f64 } = this.#views;
    if (state) f64.set(state, (this.#slab.jobs + slot * JOB_BYTES + JOB_STATE) >> 3);
    const job = (this.#slab.jobs + slot * JOB_BYTES) >> 2;
    i32[job + (JOB_PLAN >> 2)] = plan.offsetBytes;
    i32[job + (JOB_HISTORY >> 2)] = history.offsetBytes;
    i32[job + (JOB_HISTORY_LENGTH >> 2)] = history.length;
    i32[job + (JOB_PROMPT_LENGTH >> 2)] = history.promptLength;
    this.#words64[(job + (JOB_SEED_LOW >> 2)) >> 1] = seed; // low and high word at once: the memory is little-endian
    this.#words64[(job + (JOB_SEQUENCE_LOW >> 2)) >> 1] = sequenceId;
    i32[job + (JOB_POSITION >> 2)] = position;
    i32[job + (JOB_WRITE_ROW >> 2)] = writeRow ? 1 : 0;
    i32[job + (JOB_MASK >> 2)] = hasTokenMask || masks ? this.#maskOffset(slot) : 0;
    i32[job + (JOB_MASK_IMAGE >> 2)] = masks?.image ?? 0;
    i32[job + (JOB_MASK_OUTPUT >> 2)] = masks?.output ?? 0;
    this.#hasMasks[slot] = masks ? 1 : 0;
    i32[job + (JOB_UNDO_COUNT >> 2)] = 0;
    this.#queue.submit(slot);
  }

  flush(): void {
    if (!this.#hopeless) this.#inlineLane.run(this.#queue);
    this.#queue.publish();
    if (this.#hopeless) this.#abandon();
  }

  async completed(): Promise<readonly number[]> {
    this.flush();
    const done = await this.#queue.collectSome();
    for (const slot of done) this.#use[slot] = 1;
    this.#rowsSampled += done.length;
    return done;
  }

  readResult(slot: number, into: SampleResult): void {
    if (this.#use[slot] !== 1) throw new RangeError(`slot ${slot} expected to be acquired and not under way`);
    const result = this.#slab.results + slot * this.#slab.resultBytes;
    readResult(this.#views, result, this.#hasLogprobs[slot] === 1, into, this.#hasState[slot] === 1);
    const { status } = into;
    if (status === "source_failed" || status === "stage_failed" || status === "grammar_failed")
      into.message = this.#message(slot);
    else if (into.status === "worker_lost" && this.#hopeless)
      into.message = `no worker is left: ${this.#hopeless.message}`;
    else if (into.status !== "ok" && into.status !== "worker_lost" && this.#hasCustom[slot] === 1)
      into.message = this.#message(slot) + into.message;
  }

  #message(slot: number): string {
    const offset = this.#slab.messages + slot * MESSAGE_BYTES;
    const length = this.#views.i32[offset >> 2]!;
    return new TextDecoder().decode(new Uint8Array(this.memory.buffer, offset + 4, length).slice());
  }

  #onDeath(incarnation: number | undefined): void {
    this.#workerDeaths++;
    if (incarnation !== undefined) this.#fail(this.#queue.recover(incarnation));
  }

  #onHopeless(reason: Error): void {
    this.#hopeless = reason;
    this.#abandon();
  }

  #abandon(): void {
    this.#fail(this.#queue.abandon());
  }

  #fail(slots: readonly number[]): void {
    for (const slot of slots) {
      takeBackPatches(this.#views.i32, this.#slab, slot);
      this.#views.i32[(this.#slab.results + slot * this.#slab.resultBytes + RESULT_STATUS) >> 2] = STATUS_WORKER_LOST;
      this.#queue.markDone(slot);
    }
    this.#queue.wakeHost();
  }

  async killWorker(index: number): Promise<void> {
    if (!(Number.isInteger(index) && index >= 0 && index < this.workers)) {
      refuse("index", `integer in [0, ${this.workers}), the workers`, index, typeof index !== "number");
    }
    await this.#threads?.kill(index);
  }

  stats(): PoolStats {
    return { rowsSampled: this.#rowsSampled, workerDeaths: this.#workerDeaths, rowsRetried: this.#queue.rowsRetried };
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.flush();
    this.#queue.stop();
    await this.#threads?.close();
    this.#abandon();
  }

  #checkOpen(): void {
    if (this.#closing) throw new Error("the pool is closed");
  }
}
