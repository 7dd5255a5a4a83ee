/** Rows that the calling thread does itself, where that is quicker than to wake the workers and to be woken by them. */
import type { JobQueue } from "./queue.ts";
import type { RowCost } from "./rowCost.ts";
import type { RowRunner } from "./rowRunner.ts";

/** Rows between two looks at the clock. */
const CLOCK_INTERVAL = 16;
/** A batch that takes that many times what was allowed is handed to the workers. */
const TOLERATED_OVERRUN = 2;

export interface InlineLimits {
  /** 0: the calling thread does every row. */
  readonly workers: number;
  /** Batches of at most that many rows are done here; 0: none is. */
  readonly inlineRows: number;
  /** So are larger ones that are expected to take at most that long. */
  readonly inlineMs: number;
}

export class InlineLane {
  readonly #runner: RowRunner;
  readonly #rowCost: RowCost;
  readonly #limits: InlineLimits;
  readonly #mayRun: (slot: number) => boolean;

  constructor(runner: RowRunner, rowCost: RowCost, limits: InlineLimits, mayRun: (slot: number) => boolean) {
    this.#runner = runner;
    this.#rowCost = rowCost;
    this.#limits = limits;
    this.#mayRun = mayRun;
  }

  /** Does the rows that no worker has been shown: all without workers, else if nothing else is under way and they are few or cheap. */
  run(queue: JobQueue): void {
    const count = queue.unpublished;
    const { workers, inlineRows, inlineMs } = this.#limits;
    if (workers === 0) this.#runRows(queue, count);
    else if (count === 0 || count < queue.underWay || !queue.everyUnpublished(this.#mayRun)) return;
    else if (count <= inlineRows) this.#runRows(queue, count);
    else if (inlineRows > 0 && this.#rowCost.meanMs * count <= inlineMs) this.#runUntil(queue, count);
  }

  /** Rows have costs of their own: what turns out to be dear goes to the workers. */
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
    for (let i = 0; i < count; i++) {
      const slot = queue.takeUnpublished();
      this.#runner.run(slot);
      queue.finish(slot);
    }
  }
}
