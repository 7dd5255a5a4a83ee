/** When a batch source is asked for rows: for half of the slots while the workers sample the other half; a small load moves in step. */
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { BatchFiller } from "./batchFiller.ts";
import { Gathering } from "./gathering.ts";
import type { RowJobs } from "./rowJobs.ts";
import { takeRows } from "./takeRows.ts";
import type { Turns } from "./turns.ts";

export interface BatchFillsOptions {
  readonly pool: SamplerPool;
  readonly filler: BatchFiller;
  readonly turns: Turns;
  readonly rows: RowJobs;
  /** Rows have been waited for in vain: `start` is to be called. */
  readonly onGathered: () => void;
}

export class BatchFills {
  readonly #options: BatchFillsOptions;
  readonly #gathering: Gathering;
  /** Rows that have been waited for in vain, and are not waited for again. */
  #late = 0;

  constructor(options: BatchFillsOptions) {
    this.#options = options;
    this.#gathering = new Gathering(() => {
      this.#late = this.#soon;
      options.onGathered();
    });
  }

  /** Rows that the source has. */
  get rowCount(): number {
    return this.#options.filler.rowCount;
  }

  /** Rows that are expected to be sampled soon. */
  get #soon(): number {
    return this.#options.rows.count - this.#options.turns.dearInFlight;
  }

  /** Asks for what can be asked for. */
  start(): void {
    const { pool, filler, turns } = this.#options;
    this.#late = Math.min(this.#late, Math.max(0, this.#soon));
    const most = Math.max(1, pool.slotCount >> 1);
    while (filler.isFree && turns.length > 0) {
      if (turns.length < most && this.#soon > this.#late && this.#gathering.goesOn()) return;
      const taken = [...takeRows(pool, turns, most)];
      if (taken.length === 0) return;
      const [slots, sequences] = [taken.map(([slot]) => slot), taken.map(([, sequence]) => sequence)];
      void filler.fill(slots, sequences);
      this.#gathering.end();
    }
  }
}
