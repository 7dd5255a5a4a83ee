/** Rows that the calling thread does itself, where that is quicker than to wake the workers and to be woken by them. */
import type { JobQueue } from "../ring/queue.ts";
import type { RowCost } from "../memory/rowCost.ts";
import type { RowRunner } from "../rows/rowRunner.ts";
import type { SlotBook } from "./slotBook.ts";

/** Rows between two looks at the clock. */
const CLOCK_INTERVAL = 16;
/** A batch that takes that many times what was allowed is given to the workers. */
const TOLERATED_OVERRUN = 2;
/** Rows that are expected to take longer are never done here, nor are those of which nothing is known. */
const LONGEST_ROW_MS = 1;

export interface InlineLimits {
  /** 0: the calling thread does every row. */
  readonly workers: number;
  /** Batches of at most that many rows are done here; 0: none is. */
  readonly inlineRows: number;
  /** So are larger ones that are expected to take at most that long. */
  readonly inlineMs: number;
  /** Whether the source's rows may be written here. */
  readonly writesInline: boolean;
}

export class InlineLane {
  readonly #runner: RowRunner;
  readonly #book: SlotBook;
  readonly #rowCost: RowCost;
  readonly #limits: InlineLimits;

  constructor(runner: RowRunner, book: SlotBook, rowCost: RowCost, limits: InlineLimits) {
    this.#runner = runner;
    this.#book = book;
    this.#rowCost = rowCost;
    this.#limits = limits;
  }

  /** Runs the rows that are not published to the workers: all without workers, else if nothing else is in flight and they are few or cheap. */
  run(queue: JobQueue): void {
    const count = queue.unpublished;
    const { workers, inlineRows, inlineMs } = this.#limits;
    if (workers === 0) this.#runRows(queue, count);
    else if (count === 0 || count < queue.inFlight || inlineRows === 0) return;
    else if (count > inlineRows && this.#rowCost.meanMs * count > inlineMs) return;
    else if (!queue.everyUnpublished((slot) => this.#mayRun(slot))) return;
    else if (count <= inlineRows) this.#runRows(queue, count);
    else this.#runUntil(queue, count);
  }

  /** Code of users and masks are the workers', where they can be ended; so are rows that would keep this thread for long. */
  #mayRun(slot: number): boolean {
    const { hasCustomStages, cost } = this.#book.planOf(slot);
    if (hasCustomStages || this.#book.hasMasks(slot) || cost.ms > LONGEST_ROW_MS) return false;
    return this.#limits.writesInline || !this.#book.writesRow(slot);
  }

  /** The cost of a row is known when it is done: a batch that proves expensive goes on in the workers. */
  #runUntil(queue: JobQueue, count: number): void {
    const start = performance.now();
    const most = this.#limits.inlineMs * TOLERATED_OVERRUN;
    let elapsedMs = 0;
    let done = 0;
    while (done < count && elapsedMs <= most) {
      const rows = Math.min(CLOCK_INTERVAL, count - done);
      this.#runRows(queue, rows);
      done += rows;
      elapsedMs = performance.now() - start;
    }
    this.#rowCost.add(done, elapsedMs);
  }

  #runRows(queue: JobQueue, count: number): void {
    let startMs = performance.now();
    for (let i = 0; i < count; i++) {
      const slot = queue.takeUnpublished();
      this.#runner.run(slot);
      const endMs = performance.now();
      this.#book.setCostMs(slot, endMs - startMs);
      startMs = endMs;
      queue.finish(slot);
    }
  }
}
