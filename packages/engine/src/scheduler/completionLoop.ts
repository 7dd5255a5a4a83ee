/** Commits the rows that the pool has done, as long as any is in flight; between slices of time it yields to the event loop. */
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { RowJobs } from "./rowJobs.ts";
import { TimeSlice } from "./timeSlice.ts";

export interface CompletionObserver {
  /** The slot's row is done. */
  done(slot: number): void;
  /** A batch of rows was told of: others may begin. */
  caughtUp(): void;
  /** The pool is broken: what was in flight is lost. */
  broken(error: unknown): void;
  /** Nothing is in flight any more. */
  idle(): void;
}

export class CompletionLoop {
  readonly #pool: SamplerPool;
  readonly #rows: RowJobs;
  readonly #observer: CompletionObserver;
  #isRunning = false;

  constructor(pool: SamplerPool, rows: RowJobs, observer: CompletionObserver) {
    this.#pool = pool;
    this.#rows = rows;
    this.#observer = observer;
  }

  /** Begins, unless it runs or nothing is in flight. */
  start(): void {
    if (this.#rows.count > 0 && !this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      const slice = new TimeSlice();
      while (this.#rows.count > 0) {
        const slots = await this.#pool.completed();
        if (slots.length === 0) throw new Error(`the pool lost ${this.#rows.count} rows`);
        for (const [i, slot] of slots.entries()) {
          this.#observer.done(slot);
          if (slice.isOver(i + 1, slots.length)) await slice.renew();
        }
        this.#observer.caughtUp();
      }
    } catch (error) {
      this.#observer.broken(error);
    } finally {
      this.#isRunning = false;
      this.#observer.idle();
    }
  }
}
