/** Rows that the calling thread does itself, where that is quicker than to wake the workers and to be woken by them. */
import type { JobQueue } from "./queue.ts";
import type { RowRunner } from "./rowRunner.ts";

export interface InlineLimits {
  /** 0: the calling thread does every row. */
  readonly workers: number;
  /** Batches of at most that many rows are done here; 0: none is. */
  readonly inlineRows: number;
}

export class InlineLane {
  readonly #runner: RowRunner;
  readonly #limits: InlineLimits;

  constructor(runner: RowRunner, limits: InlineLimits) {
    this.#runner = runner;
    this.#limits = limits;
  }

  /** Does the rows that no worker has been shown, if nothing else is under way and they are few enough. */
  run(queue: JobQueue): void {
    const count = queue.onlyUnpublished;
    const { workers, inlineRows } = this.#limits;
    if (workers === 0 || count <= inlineRows) this.#runRows(queue, count);
  }

  #runRows(queue: JobQueue, count: number): void {
    for (let i = 0; i < count; i++) {
      const slot = queue.takeUnpublished();
      this.#runner.run(slot);
      queue.markDone(slot);
    }
  }
}
