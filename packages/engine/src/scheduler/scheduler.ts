/**
 * Continuous batching: sequences take turns on the pool's slots, one token a turn. A free slot goes to the sequence
 * that has waited longest; after its token the sequence goes to the back. Sequences join, pause and leave at any
 * step. Nothing here runs while no row is under way: no timer, no polling.
 */
import { messageOf } from "@tokenmill/check";
import { createResult, type GrammarProvider, type LogitsSource, type SampleResult } from "@tokenmill/core";
import type { History, SampleJob, SamplerPool } from "@tokenmill/worker-pool";
import { SequenceError, type SequenceErrorCode } from "../errors.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import { BatchFiller } from "./batchFiller.ts";
import { commitToken } from "./commitToken.ts";
import { giveWay } from "./giveWay.ts";
import type { Sequence } from "./sequence.ts";
import { SequenceQueue } from "./sequenceQueue.ts";

/** The loop gives way to timers and sockets at least that often, as long as observers return quickly. */
const longestTurnMs = 4;
/** Tokens between two looks at the clock. */
const clockInterval = 64;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts of what happened since the start. */
export interface SchedulerTotals {
  tokens: number;
  finished: number;
  failed: number;
  cancelled: number;
}

export interface SchedulerOptions {
  readonly pool: SamplerPool;
  readonly source: LogitsSource;
  readonly texts: TokenTexts | undefined;
  readonly maxSequences: number;
  readonly grammars: GrammarProvider | undefined;
}

export class Scheduler {
  readonly totals: SchedulerTotals = { tokens: 0, finished: 0, failed: 0, cancelled: 0 };
  /** Every sequence that has not ended, by id. */
  readonly sequences: Map<number | bigint, Sequence> = new Map();

  readonly #pool: SamplerPool;
  readonly #source: LogitsSource;
  readonly #texts: TokenTexts | undefined;
  readonly #maxSequences: number;
  readonly #grammars: GrammarProvider | undefined;
  readonly #waiting = new SequenceQueue();
  readonly #ready = new SequenceQueue();
  readonly #filler: BatchFiller | undefined;

  /** The sequence and the job of each slot that is under way. */
  readonly #bySlot: (Sequence | undefined)[];
  readonly #jobs: (Mutable<SampleJob> | undefined)[];
  readonly #result: SampleResult;
  /** Slots submitted and not yet committed. */
  #underWay = 0;
  /** Sequences that hold a history, cancelled ones included until their row is done. */
  #holding = 0;
  #isLooping = false;
  #isPumpQueued = false;
  #whenIdle: (() => void) | undefined;

  constructor({ pool, source, texts, maxSequences, grammars }: SchedulerOptions) {
    this.#pool = pool;
    this.#source = source;
    this.#texts = texts;
    this.#maxSequences = maxSequences;
    this.#grammars = grammars;
    this.#result = createResult(pool.maxLogprobs);
    this.#bySlot = new Array<Sequence | undefined>(pool.slotCount).fill(undefined);
    this.#jobs = new Array<Mutable<SampleJob> | undefined>(pool.slotCount).fill(undefined);
    if (source.kind === "batch") this.#filler = new BatchFiller(pool, source);
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  get activeCount(): number {
    return this.#underWay + (this.#filler?.rowCount ?? 0);
  }

  /** Takes a new sequence; its id must be free. */
  add(sequence: Sequence): void {
    this.sequences.set(sequence.sequenceId, sequence);
    if (sequence.phase === "compiling") void this.#compile(sequence);
    else this.#admitLater(sequence);
  }

  #admitLater(sequence: Sequence): void {
    sequence.phase = "waiting";
    this.#waiting.push(sequence);
    this.#queuePump();
  }

  /** A grammar that is none is the request's fault: its observer hears what the provider threw. */
  async #compile(sequence: Sequence): Promise<void> {
    const ended = new AbortController();
    sequence.whenEnded = () => ended.abort();
    try {
      const compiled = await this.#grammars!.compile(sequence.grammar!, { signal: ended.signal });
      sequence.whenEnded = undefined;
      sequence.compiled = compiled;
      sequence.masks = this.#pool.openMasks(compiled.image);
      this.#admitLater(sequence);
    } catch (error) {
      if (sequence.phase !== "ended") this.#refuse(sequence, error);
    }
  }

  /** Takes no more turns until `resume`. A row that is under way still gives its token. */
  pause(sequence: Sequence): void {
    sequence.isPaused = true;
    if (sequence.phase !== "ready") return;
    this.#ready.remove(sequence);
    sequence.phase = "paused";
  }

  resume(sequence: Sequence): void {
    sequence.isPaused = false;
    if (sequence.phase !== "paused") return;
    this.#makeReady(sequence);
    this.#queuePump();
  }

  /** Ends the sequence without a word; a row under way is thrown away when it is done. */
  cancel(sequence: Sequence): void {
    sequence.observer = undefined;
    if (sequence.phase === "ended") return;
    this.totals.cancelled++;
    this.#end(sequence);
    this.#queuePump();
  }

  /** Fails every open sequence and waits for the rows under way. */
  async close(): Promise<void> {
    for (const sequence of [...this.sequences.values()]) {
      this.#fail(sequence, "engine_closed", "the engine was closed");
    }
    if (this.activeCount > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }

  #queuePump(): void {
    if (this.#isPumpQueued) return;
    this.#isPumpQueued = true;
    queueMicrotask(() => {
      this.#isPumpQueued = false;
      this.#pump();
    });
  }

  /** Gives out what slots are free. Also runs while the loop waits, so that nobody waits for another's slow row. */
  #pump(): void {
    this.#admit();
    if (this.#filler) this.#startFill(this.#filler);
    else this.#dispatch();
    if (this.#underWay > 0 && !this.#isLooping) void this.#loop();
    if (this.#whenIdle && this.activeCount === 0) this.#whenIdle();
  }

  /** Opens histories, in order of arrival: a large request is not overtaken for ever by small ones. */
  #admit(): void {
    for (let sequence = this.#waiting.first; sequence; sequence = this.#waiting.first) {
      if (this.#holding >= this.#maxSequences) return;
      const capacity = sequence.promptLength + sequence.maxTokens;
      try {
        sequence.history = this.#openHistory(sequence, capacity);
      } catch (error) {
        // The ids are valid: what the pool refuses is the size.
        this.#fail(sequence, "request_too_large", messageOf(error), error);
        continue;
      }
      if (!sequence.history) {
        if (this.#holding > 0) return;
        this.#fail(
          sequence,
          "request_too_large",
          `prompt and maxTokens expected to fit the shared memory, got ${capacity} tokens: raise arenaBytes`,
        );
        continue;
      }
      this.#waiting.remove(sequence);
      this.#holding++;
      sequence.initialTokenIds = undefined;
      if (sequence.isPaused) sequence.phase = "paused";
      else this.#makeReady(sequence);
    }
  }

  #openHistory(sequence: Sequence, capacity: number): History | undefined {
    const { promptLength } = sequence;
    const tokenIds = sequence.initialTokenIds!;
    if (tokenIds.length === promptLength) return this.#pool.openHistory(tokenIds, capacity);
    const history = this.#pool.openHistory(tokenIds.slice(0, promptLength), capacity);
    if (history) for (let i = promptLength; i < tokenIds.length; i++) history.push(tokenIds[i]!);
    return history;
  }

  #makeReady(sequence: Sequence): void {
    sequence.phase = "ready";
    this.#ready.push(sequence);
  }

  #dispatch(): void {
    let submitted = 0;
    while (this.#ready.length > 0) {
      const slot = this.#pool.acquire();
      if (slot < 0) break;
      const sequence = this.#ready.shift()!;
      sequence.phase = "active";
      if (this.#submit(slot, sequence, true)) submitted++;
    }
    if (submitted > 0) this.#pool.flush();
  }

  #submit(slot: number, sequence: Sequence, writeRow: boolean): boolean {
    try {
      sequence.unscored?.fillMask(this.#pool.tokenMask(slot));
      this.#pool.submit(slot, this.#jobFor(slot, sequence, writeRow));
    } catch (error) {
      this.#pool.release(slot);
      sequence.phase = "paused";
      this.#fail(sequence, "internal", messageOf(error), error);
      return false;
    }
    this.#bySlot[slot] = sequence;
    this.#underWay++;
    return true;
  }

  /** One job object per slot, reused. */
  #jobFor(slot: number, sequence: Sequence, writeRow: boolean): SampleJob {
    const { seed, randomStreamBits, position, unscored } = sequence;
    const { plan } = unscored ?? sequence;
    const history = unscored ? unscored.historyOf(sequence.history!) : sequence.history!;
    const hasTokenMask = unscored?.hasTokenMask ?? false;
    const masks = unscored ? undefined : sequence.masks;
    const state = unscored ? undefined : sequence.state;
    const job = this.#jobs[slot];
    if (!job) {
      const fields = {
        plan,
        history,
        seed,
        sequenceId: randomStreamBits,
        position,
        writeRow,
        hasTokenMask,
        masks,
        state,
      };
      return (this.#jobs[slot] = fields);
    }
    job.plan = plan;
    job.history = history;
    job.seed = seed;
    job.sequenceId = randomStreamBits;
    job.position = position;
    job.writeRow = writeRow;
    job.hasTokenMask = hasTokenMask;
    job.masks = masks;
    job.state = state;
    return job;
  }

  /** Fills half of the slots while the workers sample the other half; a small load moves in step instead. */
  #startFill(filler: BatchFiller): void {
    const most = Math.max(1, this.#pool.slotCount >> 1);
    if (filler.rowCount > 0 || this.#ready.length === 0) return;
    if (this.#underWay > 0 && this.#ready.length < most) return;
    while (this.#ready.length > 0 && filler.rowCount < most) {
      const slot = this.#pool.acquire();
      if (slot < 0) break;
      const sequence = this.#ready.shift()!;
      sequence.phase = "active";
      filler.add(slot, sequence);
    }
    if (filler.rowCount > 0) {
      void filler.fill((slot, sequence, error) => this.#filled(slot, sequence, error)).then(() => this.#batchFilled());
    }
  }

  #batchFilled(): void {
    if (this.#underWay > 0) this.#pool.flush();
    this.#pump();
  }

  #filled(slot: number, sequence: Sequence, error: Error | undefined): void {
    if (sequence.phase === "active" && !error) {
      this.#submit(slot, sequence, false);
      return;
    }
    this.#pool.release(slot);
    if (sequence.phase === "ended") this.#free(sequence);
    else {
      sequence.phase = "paused";
      this.#fail(sequence, "source_failed", messageOf(error), error);
    }
  }

  async #loop(): Promise<void> {
    this.#isLooping = true;
    try {
      let turnEnd = performance.now() + longestTurnMs;
      while (this.#underWay > 0) {
        const slots = await this.#pool.completed();
        if (slots.length === 0) throw new Error(`the pool lost ${this.#underWay} rows`);
        for (let i = 0; i < slots.length; i++) {
          this.#commit(slots[i]!);
          const isClockDue = (i + 1) % clockInterval === 0 || i + 1 === slots.length;
          if (!isClockDue || performance.now() < turnEnd) continue;
          await giveWay();
          turnEnd = performance.now() + longestTurnMs;
        }
        this.#pump();
      }
    } catch (error) {
      this.#poolFailed(error);
    } finally {
      this.#isLooping = false;
      this.#queuePump();
    }
  }

  #commit(slot: number): void {
    const sequence = this.#bySlot[slot]!;
    this.#bySlot[slot] = undefined;
    this.#underWay--;
    if (sequence.phase === "ended") {
      this.#pool.release(slot);
      this.#free(sequence);
      return;
    }
    const result = this.#result;
    this.#pool.readResult(slot, result);
    const { unscored } = sequence;
    const isScored = unscored?.take(result, () => this.#pool.row(slot), this.#pool.dtype, this.#texts);
    this.#pool.release(slot);
    sequence.phase = "paused";
    if (isScored) {
      if (!sequence.isPaused) this.#makeReady(sequence);
      return;
    }
    if (result.status !== "ok") {
      this.#fail(sequence, result.status, result.message);
      return;
    }
    let event;
    try {
      event = commitToken(sequence, result, this.#texts);
    } catch (error) {
      this.#fail(sequence, "internal", messageOf(error), error);
      return;
    }
    this.totals.tokens++;
    const observer = sequence.observer!;
    if (event.finishReason !== undefined) {
      this.totals.finished++;
      this.#end(sequence);
    } else if (!sequence.isPaused) this.#makeReady(sequence);
    try {
      observer.next(event);
    } catch (error) {
      this.#observerFailed(sequence, error);
      return;
    }
    if (event.finishReason === undefined || sequence.observer === undefined) return;
    sequence.observer = undefined;
    try {
      observer.complete();
    } catch (error) {
      rethrowLater(error);
    }
  }

  /** The sequence ends, its memory is given back, its observer hears why. */
  #fail(sequence: Sequence, code: SequenceErrorCode, message: string, cause?: unknown): void {
    const { position, sequenceId } = sequence;
    const details = cause === undefined ? undefined : { cause };
    this.#refuse(
      sequence,
      new SequenceError(code, sequenceId, position, `sequence ${sequenceId}: ${message}`, details),
    );
  }

  #refuse(sequence: Sequence, error: unknown): void {
    const { observer } = sequence;
    this.totals.failed++;
    this.#end(sequence);
    sequence.observer = undefined;
    try {
      observer?.error(error);
    } catch (thrown) {
      rethrowLater(thrown);
    }
  }

  /** An observer that threw gets no more tokens; it is told, and nobody else notices. */
  #observerFailed(sequence: Sequence, error: unknown): void {
    if (sequence.observer === undefined) rethrowLater(error);
    else if (sequence.phase === "ended") {
      const { observer, position, sequenceId } = sequence;
      sequence.observer = undefined;
      const message = `sequence ${sequenceId}: ${messageOf(error)}`;
      try {
        observer.error(new SequenceError("observer_failed", sequenceId, position, message, { cause: error }));
      } catch (second) {
        rethrowLater(second);
      }
    } else this.#fail(sequence, "observer_failed", messageOf(error), error);
  }

  /** The pool itself is broken: what was under way is lost. */
  #poolFailed(error: unknown): void {
    this.#underWay = 0;
    this.#bySlot.forEach((sequence, slot) => {
      if (!sequence) return;
      this.#bySlot[slot] = undefined;
      if (sequence.phase === "ended") this.#free(sequence);
      else sequence.phase = "paused";
    });
    for (const sequence of [...this.sequences.values()]) this.#fail(sequence, "pool_failed", messageOf(error), error);
  }

  /** Takes the sequence out of everything; memory that a worker or the source still uses is freed when they are done. */
  #end(sequence: Sequence): void {
    const { phase } = sequence;
    if (phase === "ready") this.#ready.remove(sequence);
    else if (phase === "waiting") this.#waiting.remove(sequence);
    sequence.phase = "ended";
    sequence.whenEnded?.();
    this.sequences.delete(sequence.sequenceId);
    if (phase !== "active") this.#free(sequence);
  }

  #free(sequence: Sequence): void {
    sequence.initialTokenIds = undefined;
    sequence.plan.release();
    sequence.scoring?.plan.release();
    if (sequence.masks) this.#pool.closeMasks(sequence.masks);
    sequence.compiled?.release();
    if (!sequence.history) return;
    sequence.history.release();
    sequence.history = undefined;
    this.#holding--;
    if (this.#source.kind === "batch") this.#source.closeSequence?.(sequence.sequenceIdBits);
  }
}

/** As rxjs does with errors that nobody handles: the process hears of it, the loop does not. */
function rethrowLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
