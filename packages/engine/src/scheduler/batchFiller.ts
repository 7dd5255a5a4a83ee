/**
 * Rows that a `BatchSource` is filling: reported one by one, in any order, each once. A row that takes too long is given up;
 * the source may still write to it, so nobody else gets its slot before the source is done with the batch. Of the slots at
 * most half are lent to the source, further rows are copies: whatever hangs, the other half is left.
 */
import { errorOf } from "@tokenmill/check";
import type { BatchRow, BatchSource } from "@tokenmill/core";
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { Sequence } from "./sequence.ts";

/** Longest time between two looks at the clock while rows are being filled. */
const longestIntervalMs = 1000;

/** Told once for each row. */
export interface RowObserver {
  /** The slot has the row. */
  filled(slot: number, sequence: Sequence): void;
  /** It has not, and nobody writes to it, or it was withheld. */
  failed(slot: number, sequence: Sequence, code: "source_failed" | "row_timeout", error: Error): void;
  /** Rows have been reported, and more can be filled. */
  changed(): void;
}

/** A row at the source. */
interface Lent {
  readonly slot: number;
  readonly sequence: Sequence;
  readonly row: BatchRow["row"];
  readonly isCopy: boolean;
  readonly startMs: number;
  isReported: boolean;
}

interface Fill {
  readonly lent: readonly Lent[];
  readonly startMs: number;
  /** Settles when the source is done with all rows, and never rejects. */
  readonly ended: Promise<readonly (Error | undefined)[] | undefined>;
}

export class BatchFiller {
  readonly #pool: SamplerPool;
  readonly #source: BatchSource;
  readonly #observer: RowObserver;
  readonly #mostFills: number;
  /** In order of their start. */
  readonly #fills: Set<Fill> = new Set();
  #rowCount = 0;
  /** Slots lent to the source, given up ones included. */
  #lentSlots = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: SamplerPool, source: BatchSource, observer: RowObserver) {
    this.#pool = pool;
    this.#source = source;
    this.#observer = observer;
    this.#mostFills = source.concurrentFills ?? 1;
  }

  /** Rows that are neither filled nor given up. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Whether the source takes another batch. */
  get isFree(): boolean {
    return this.#fills.size < this.#mostFills;
  }

  /** Asks the source for rows, one for each acquired slot; never rejects. */
  async fill(slots: readonly number[], sequences: readonly Sequence[]): Promise<void> {
    const lent = slots.map((slot, i) => this.#lend(slot, sequences[i]!));
    const fill: Fill = { lent, startMs: performance.now(), ended: this.#ask(lent) };
    this.#fills.add(fill);
    this.#rowCount += lent.length;
    this.#startTimer();
    const errors = await fill.ended;
    for (const [i, row] of lent.entries()) {
      if (!row.isReported) this.#report(row, errors?.[i]);
      if (!row.isCopy) this.#lentSlots--;
    }
    this.#fills.delete(fill);
    this.#observer.changed();
  }

  /** The errors by row, if there are any, when the source is done; a rejection is an error of every row. */
  async #ask(lent: readonly Lent[]): Promise<readonly (Error | undefined)[] | undefined> {
    await Promise.resolve(); // the fill is noted before the source says anything of it
    const done = (index: number, error?: Error): void => {
      const row = lent[index];
      if (!row || row.isReported) return;
      this.#report(row, error);
      this.#observer.changed();
    };
    try {
      const rows = lent.map((row) => this.#batchRow(row));
      return await this.#source.fillRows(rows, done);
    } catch (error) {
      const failure = errorOf(error);
      return lent.map(() => failure);
    }
  }

  #lend(slot: number, sequence: Sequence): Lent {
    const isCopy = this.#lentSlots >= this.#pool.slotCount >> 1;
    const row = this.#pool.row(slot);
    if (!isCopy) this.#lentSlots++;
    const lent = isCopy ? sharedRow(row) : row;
    return { slot, sequence, row: lent, isCopy, startMs: performance.now(), isReported: false };
  }

  #batchRow({ row, sequence }: Lent): BatchRow {
    const scored = sequence.unscored?.length;
    const tokenIds = sequence.history!.tokens();
    return {
      row,
      history: tokenIds.subarray(0, scored),
      ...(scored !== undefined && { upcoming: tokenIds.subarray(scored) }),
      promptLength: scored ?? sequence.promptLength,
      sequenceId: sequence.sequenceIdBits,
      position: scored === undefined ? sequence.rowPosition : sequence.position,
    };
  }

  #report(lent: Lent, error: Error | undefined): void {
    const { slot, sequence } = lent;
    lent.isReported = true;
    this.#rowCount--;
    sequence.fillCost.add(performance.now() - lent.startMs);
    if (error) {
      this.#observer.failed(slot, sequence, "source_failed", error);
      return;
    }
    if (lent.isCopy) this.#pool.row(slot).set(lent.row);
    this.#observer.filled(slot, sequence);
  }

  #startTimer(): void {
    const { rowTimeoutMs } = this.#pool;
    if (this.#timer !== undefined || rowTimeoutMs === Number.POSITIVE_INFINITY) return;
    const intervalMs = Math.min(longestIntervalMs, Math.max(1, rowTimeoutMs / 16));
    this.#timer = setTimeout(() => this.#look(), intervalMs).unref();
  }

  /** Gives up what takes too long, and looks again while rows are being filled. */
  #look(): void {
    this.#timer = undefined;
    const startedBefore = performance.now() - this.#pool.rowTimeoutMs;
    for (const fill of this.#fills) if (fill.startMs < startedBefore) this.#giveUp(fill);
    if (this.#rowCount > 0) this.#startTimer();
  }

  /** The source may have another batch: this one no longer counts. */
  #giveUp(fill: Fill): void {
    this.#fills.delete(fill);
    const { rowTimeoutMs } = this.#pool;
    for (const lent of fill.lent) {
      if (lent.isReported) continue;
      lent.isReported = true;
      this.#rowCount--;
      lent.sequence.fillCost.add(rowTimeoutMs);
      if (!lent.isCopy) this.#pool.withhold(lent.slot, fill.ended);
      const message = `the row took longer than rowTimeoutMs, ${rowTimeoutMs} ms`;
      this.#observer.failed(lent.slot, lent.sequence, "row_timeout", new Error(message));
    }
    this.#observer.changed();
  }
}

/** An empty one of that length: a source may hand the row to a thread of its own. */
function sharedRow(row: BatchRow["row"]): BatchRow["row"] {
  const buffer = new SharedArrayBuffer(row.byteLength);
  return row instanceof Float32Array ? new Float32Array(buffer) : new Uint16Array(buffer);
}
