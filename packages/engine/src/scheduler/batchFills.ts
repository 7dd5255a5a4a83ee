/** When a batch source is asked for rows: for half of the slots while the workers sample the other half; a small load is filled and sampled in lockstep. */
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { BatchFiller } from "./batchFiller.ts";
import { BatchWindow } from "./batchWindow.ts";
import type { RowJobs } from "./rowJobs.ts";
import { dispatchRows } from "./dispatchRows.ts";
import type { ReadyQueue } from "./readyQueue.ts";

export interface BatchFillsOptions {
  readonly pool: SamplerPool;
  readonly filler: BatchFiller;
  readonly ready: ReadyQueue;
  readonly rows: RowJobs;
  /** The batching window has closed: `start` is to be called. */
  readonly onWindowClosed: () => void;
}

export class BatchFills {
  readonly #options: BatchFillsOptions;
  readonly #window: BatchWindow;
  /** Rows that were not done within the window; they are not waited for again. */
  #late = 0;

  constructor(options: BatchFillsOptions) {
    this.#options = options;
    this.#window = new BatchWindow(() => {
      this.#late = this.#soon;
      options.onWindowClosed();
    });
  }

  /** Rows that the source has. */
  get rowCount(): number {
    return this.#options.filler.rowCount;
  }

  /** Rows that are expected to be sampled soon. */
  get #soon(): number {
    return this.#options.rows.count - this.#options.ready.expensiveInFlight;
  }

  /** Asks for what can be asked for. */
  start(): void {
    const { pool, filler, ready } = this.#options;
    this.#late = Math.min(this.#late, Math.max(0, this.#soon));
    const most = Math.max(1, pool.slotCount >> 1);
    while (filler.isFree && ready.length > 0) {
      if (ready.length < most && this.#soon > this.#late && this.#window.isOpen()) return;
      const taken = [...dispatchRows(pool, ready, most)];
      if (taken.length === 0) return;
      const [slots, sequences] = [taken.map(([slot]) => slot), taken.map(([, sequence]) => sequence)];
      void filler.fill(slots, sequences);
      this.#window.end();
    }
  }
}
