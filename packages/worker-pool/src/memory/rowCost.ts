/** What rows cost: a moving mean over the rows of all threads, and the expectation of one plan's rows. */

/** Rows after which the old mean has half of the weight. */
const MEMORY_ROWS = 64;

export class RowCost {
  /** Thread time a row took lately; infinite before the first. */
  meanMs: number = Number.POSITIVE_INFINITY;

  add(rows: number, ms: number): void {
    if (rows === 0) return;
    const mean = ms / rows;
    if (this.meanMs === Number.POSITIVE_INFINITY) this.meanMs = mean;
    else this.meanMs += ((mean - this.meanMs) * rows) / (rows + MEMORY_ROWS);
  }
}

/** The lesser of the last two costs, so that a thread which was interrupted once makes no row expensive. */
export class ExpectedCost {
  #lastMs: number = Number.POSITIVE_INFINITY;
  #beforeMs: number = Number.POSITIVE_INFINITY;

  /** Infinite before the first row. */
  get ms(): number {
    return Math.min(this.#lastMs, this.#beforeMs);
  }

  /** @param ms NaN: the row was not done */
  add(ms: number): void {
    if (Number.isNaN(ms)) return;
    this.#beforeMs = this.#lastMs;
    this.#lastMs = ms;
  }
}
