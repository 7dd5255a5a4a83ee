/** What a row costs: a mean that forgets, over the rows of all threads. */

/** Rows after which an old mean counts no more than they do. */
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
