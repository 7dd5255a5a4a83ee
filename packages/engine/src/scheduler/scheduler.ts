/**
 * Continuous batching: each row of a batch is one token of one sequence, and sequences join, pause and leave at any step.
 * Admission gives them memory, the ready queue says whose row is next, the completion loop what is done; here rows are started
 * and their tokens committed. Nothing runs while no row is in flight: no timer, no polling.
 */
import { messageOf } from "@tokenmill/check";
import { type GrammarProvider, type LogitsSource } from "@tokenmill/core";
import type { SamplerPool } from "@tokenmill/worker-pool";
import { Control } from "../control/control.ts";
import type { SequenceErrorCode } from "../errors.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import { Admission, type AdmissionLimits } from "./admission.ts";
import { BatchFills } from "./batchFills.ts";
import { coalesced } from "./coalesced.ts";
import { Compiling } from "./compiling.ts";
import { CompletionLoop } from "./completionLoop.ts";
import { deliverError, deliverRefusal } from "./delivery.ts";
import { ForcedTurns } from "./forcedTurns.ts";
import { RowJobs } from "./rowJobs.ts";
import { RowResults } from "./rowResults.ts";
import type { Sequence } from "./sequence.ts";
import { tellSource } from "./tellSource.ts";
import { dispatchRows } from "./dispatchRows.ts";
import { ReadyQueue } from "./readyQueue.ts";
import { within } from "./within.ts";

/** Counts of what happened since the start. */
export interface SchedulerTotals {
  tokens: number;
  finished: number;
  failed: number;
  cancelled: number;
  /** Tokens that were drawn and taken back. */
  takenBack: number;
}

export interface SchedulerOptions {
  readonly pool: SamplerPool;
  readonly source: LogitsSource;
  readonly texts: TokenTexts | undefined;
  readonly limits: AdmissionLimits;
  /** Absent: no sequence has a grammar. */
  readonly grammars: GrammarProvider | undefined;
}

export class Scheduler {
  /** Every sequence that has not ended, by id. */
  readonly sequences: Map<number | bigint, Sequence> = new Map();

  readonly #ended = { finished: 0, failed: 0, cancelled: 0 };
  readonly #pool: SamplerPool;
  readonly #source: LogitsSource;
  readonly #texts: TokenTexts | undefined;
  readonly #compiling: Compiling;
  readonly #admission: Admission;
  readonly #ready: ReadyQueue;
  readonly #rows: RowJobs;
  readonly #completions: CompletionLoop;
  readonly #fills: BatchFills | undefined;
  readonly #results: RowResults;
  readonly #forced = new ForcedTurns(() => this.#pump());
  readonly #pumpSoon: () => void = coalesced(() => this.#pump());
  #whenIdle: (() => void) | undefined;

  constructor({ pool, source, texts, limits, grammars }: SchedulerOptions) {
    this.#pool = pool;
    this.#source = source;
    this.#texts = texts;
    this.#results = new RowResults(pool, texts, {
      goesOn: (sequence) => {
        if (this.#admission.serves(sequence)) this.#makeReady(sequence);
      },
      finished: (sequence) => {
        this.#ended.finished++;
        this.#end(sequence);
      },
      failed: (sequence, code, message, cause) => this.#fail(sequence, code, message, cause),
    });
    this.#ready = new ReadyQueue(pool.workers, pool.slotCount, source.kind === "batch");
    this.#rows = new RowJobs(pool);
    pool.onFreed = this.#pumpSoon;
    this.#completions = new CompletionLoop(pool, this.#rows, {
      done: (slot) => this.#commit(slot),
      caughtUp: () => this.#pump(),
      broken: (error) => this.#poolFailed(error),
      idle: () => this.#pumpSoon(),
    });
    this.#compiling = new Compiling(pool, grammars, {
      compiled: (sequence) => this.#wait(sequence),
      refused: (sequence, error) => {
        this.#ended.failed++;
        this.#end(sequence);
        deliverRefusal(sequence, error);
      },
    });
    this.#admission = new Admission(pool, limits, {
      admitted: (sequence) => this.#admitted(sequence),
      returned: (sequence) => {
        if (sequence.phase === "paused") this.#makeReady(sequence);
      },
      refused: (sequence, code, message, cause) => this.#fail(sequence, code, message, cause),
      expired: () => this.#pumpSoon(),
    });
    if (source.kind !== "batch") return;
    this.#fills = new BatchFills(pool, source, this.#ready, this.#rows, {
      filled: (slot, sequence) => this.#filled(slot, sequence),
      failed: (slot, sequence, code, error) => this.#unfilled(slot, sequence, code, error),
      changed: () => this.#pumpSoon(),
      windowClosed: () => this.#pump(),
    });
  }

  get totals(): SchedulerTotals {
    const { tokens, takenBack } = this.#results;
    return { tokens, takenBack, ...this.#ended };
  }

  get waitingCount(): number {
    return this.#admission.waitingCount;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  get activeCount(): number {
    return this.#rows.count + (this.#fills?.rowCount ?? 0);
  }

  /** Takes a new sequence; its id must be free. */
  add(sequence: Sequence): void {
    this.sequences.set(sequence.sequenceId, sequence);
    if (sequence.phase === "compiling") this.#compiling.add(sequence);
    else this.#wait(sequence);
  }

  #wait(sequence: Sequence): void {
    sequence.phase = "waiting";
    this.#admission.add(sequence);
    this.#pumpSoon();
  }

  #admitted(sequence: Sequence): void {
    sequence.phase = "paused";
    try {
      if (sequence.bans ?? sequence.steering) sequence.control = new Control(sequence, this.#texts);
    } catch (error) {
      this.#fail(sequence, "internal", messageOf(error), error);
    }
    if (sequence.phase === "paused" && !sequence.isPaused) this.#makeReady(sequence);
  }

  /** Its rows are not scheduled until `resume`. One in flight still gives its token. */
  pause(sequence: Sequence): void {
    sequence.isPaused = true;
    this.#forced.remove(sequence);
    if (this.#admission.pause(sequence)) this.#pumpSoon();
    if (sequence.phase !== "ready") return;
    this.#ready.remove(sequence);
    sequence.phase = "paused";
  }

  resume(sequence: Sequence): void {
    sequence.isPaused = false;
    this.#admission.resume(sequence);
    if (sequence.phase !== "paused" || !this.#admission.serves(sequence)) return;
    this.#makeReady(sequence);
    this.#pumpSoon();
  }

  /** Ends the sequence, whose observer hears nothing more; a row in flight is discarded when it is done or given up. */
  cancel(sequence: Sequence): void {
    sequence.observer = undefined;
    if (sequence.phase === "ended") return;
    this.#ended.cancelled++;
    this.#end(sequence);
    this.#pumpSoon();
  }

  /** Fails every open sequence. Resolves when no row is in flight, or after that time. */
  async close(timeoutMs: number): Promise<void> {
    for (const sequence of [...this.sequences.values()]) {
      this.#fail(sequence, "engine_closed", "the engine was closed");
    }
    if (this.activeCount === 0) return;
    await within(timeoutMs, new Promise<void>((resolve) => (this.#whenIdle = resolve)));
  }

  /** Gives out what slots are free. Also runs while the loop waits, so that nobody waits for another's slow row. */
  #pump(): void {
    try {
      this.#startRows();
    } catch (error) {
      this.#poolFailed(error);
    }
    this.#completions.start();
    if (this.#whenIdle && this.activeCount === 0) this.#whenIdle();
  }

  /** @throws what the pool throws, once it is closed say */
  #startRows(): void {
    this.#admission.admit();
    this.#forced.takeTurns(this.#results);
    if (this.#fills) this.#fills.start();
    else this.#dispatch();
    this.#rows.flush();
  }

  #makeReady(sequence: Sequence): void {
    if (this.#forced.takes(sequence)) return;
    sequence.phase = "ready";
    this.#ready.push(sequence);
  }

  #dispatch(): void {
    for (const [slot, sequence] of dispatchRows(this.#pool, this.#ready, Number.POSITIVE_INFINITY)) {
      this.#submit(slot, sequence, true);
    }
  }

  #submit(slot: number, sequence: Sequence, writeRow: boolean): void {
    try {
      this.#rows.submit(slot, sequence, writeRow);
    } catch (error) {
      this.#rowLost(slot, sequence);
      this.#fail(sequence, "internal", messageOf(error), error);
    }
  }

  /** A row that is in flight no longer, and gave nothing. */
  #rowLost(slot: number, sequence: Sequence, costMs = Number.NaN): void {
    this.#ready.done(sequence, costMs);
    this.#pool.release(slot);
    if (sequence.phase === "ended") this.#free(sequence);
    else sequence.phase = "paused";
  }

  #filled(slot: number, sequence: Sequence): void {
    if (sequence.phase === "active") this.#submit(slot, sequence, false);
    else this.#rowLost(slot, sequence);
  }

  #unfilled(slot: number, sequence: Sequence, code: SequenceErrorCode, error: Error): void {
    this.#rowLost(slot, sequence);
    if (sequence.phase === "paused") this.#fail(sequence, code, messageOf(error), error);
  }

  #commit(slot: number): void {
    const sequence = this.#rows.take(slot);
    const costMs = this.#pool.costMs(slot);
    if (sequence.phase === "ended") {
      this.#rowLost(slot, sequence, costMs);
      return;
    }
    this.#ready.done(sequence, costMs);
    sequence.phase = "paused";
    this.#results.take(slot, sequence);
  }

  /** The sequence ends, its memory is given back, its observer hears why. */
  #fail(sequence: Sequence, code: SequenceErrorCode, message: string, cause?: unknown): void {
    this.#ended.failed++;
    this.#end(sequence);
    deliverError(sequence, code, message, cause);
  }

  /** The pool itself is broken: what was in flight is lost. */
  #poolFailed(error: unknown): void {
    for (const sequence of this.#rows.takeAll()) {
      this.#ready.done(sequence, Number.NaN);
      if (sequence.phase === "ended") this.#free(sequence);
      else sequence.phase = "paused";
    }
    for (const sequence of [...this.sequences.values()]) this.#fail(sequence, "pool_failed", messageOf(error), error);
  }

  /** Takes the sequence out of everything; memory that a worker or the source still uses is freed when they are done. */
  #end(sequence: Sequence): void {
    const { phase } = sequence;
    this.#forced.remove(sequence);
    if (phase === "ready") this.#ready.remove(sequence);
    else if (phase === "waiting") this.#admission.remove(sequence);
    else if (phase === "compiling") this.#compiling.remove(sequence);
    sequence.phase = "ended";
    this.sequences.delete(sequence.sequenceId);
    if (phase !== "active") this.#free(sequence);
    else tellSource(this.#source, "cancelRow", sequence);
  }

  #free(sequence: Sequence): void {
    sequence.initialTokenIds = undefined;
    sequence.releasePlans();
    this.#compiling.free(sequence);
    if (!sequence.history) return;
    this.#admission.free(sequence);
    tellSource(this.#source, "closeSequence", sequence);
  }
}
