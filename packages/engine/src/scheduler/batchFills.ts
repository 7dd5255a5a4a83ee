/** When a batch source is asked for rows: for half of the slots while the workers sample the other half; a small load is filled and sampled in lockstep. */
import type { BatchSource } from "@tokenmill/core";
import type { SamplerPool } from "@tokenmill/worker-pool";
import { BatchFiller, type RowObserver } from "./batchFiller.ts";
import { BatchWindow } from "./batchWindow.ts";
import { dispatchRows } from "./dispatchRows.ts";
import type { ReadyQueue } from "./readyQueue.ts";
import type { RowJobs } from "./rowJobs.ts";

export interface FillObserver extends RowObserver {
  /** The batching window has closed: `start` is to be called. */
  windowClosed(): void;
}

export class BatchFills {
  readonly #pool: SamplerPool;
  readonly #filler: BatchFiller;
  readonly #ready: ReadyQueue;
  readonly #rows: RowJobs;
  readonly #window: BatchWindow;
  /** Rows that were not done within the window; they are not waited for again. */
  #late = 0;

  constructor(pool: SamplerPool, source: BatchSource, ready: ReadyQueue, rows: RowJobs, observer: FillObserver) {
    this.#pool = pool;
    this.#filler = new BatchFiller(pool, source, observer);
    this.#ready = ready;
    this.#rows = rows;
    this.#window = new BatchWindow(() => {
      this.#late = this.#soon;
      observer.windowClosed();
    });
  }

  /** Rows that the source has. */
  get rowCount(): number {
    return this.#filler.rowCount;
  }

  /** Rows that are expected to be sampled soon. */
  get #soon(): number {
    return this.#rows.count - this.#ready.expensiveInFlight;
  }

  /** Asks for what can be asked for. */
  start(): void {
    this.#late = Math.min(this.#late, Math.max(0, this.#soon));
    const most = Math.max(1, this.#pool.slotCount >> 1);
    while (this.#filler.isFree && this.#ready.length > 0) {
      if (this.#ready.length < most && this.#soon > this.#late && this.#window.isOpen()) return;
      const taken = [...dispatchRows(this.#pool, this.#ready, most)];
      if (taken.length === 0) return;
      const [slots, sequences] = [taken.map(([slot]) => slot), taken.map(([, sequence]) => sequence)];
      void this.#filler.fill(slots, sequences);
      this.#window.end();
    }
  }
}
