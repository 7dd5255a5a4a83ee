/** Rows that nobody finishes: their worker died of them, took too long, cannot be replaced, or the pool was closed. */
import type { SampleErrorCode } from "@tokenmill/core";
import type { JobQueue } from "../ring/queue.ts";
import type { Claim } from "../ring/watchdog.ts";
import type { Death } from "../threads/threads.ts";
import type { WorkerStarts } from "../threads/workerStarts.ts";
import { Quarantine } from "./quarantine.ts";
import type { SlotBook } from "./slotBook.ts";

interface LostRowsParts {
  readonly book: SlotBook;
  readonly queue: JobQueue;
  readonly starts: WorkerStarts;
  readonly rowTimeoutMs: number;
  /** Ends a worker of which a row takes too long. */
  readonly endWorker: (index: number, threadId: number) => void;
}

export class LostRows {
  workerDeaths = 0;
  rowTimeouts = 0;
  readonly #parts: LostRowsParts;
  readonly #quarantine = new Quarantine();
  /** Slots that workers are being ended for, by the worker's incarnation. */
  readonly #overdue: Map<number, number> = new Map();
  #hopeless: Error | undefined;
  /** Rows were cut off when the pool was closed. */
  #isCut = false;

  constructor(parts: LostRowsParts) {
    this.#parts = parts;
  }

  /** Why no worker is left; undefined while there are some. */
  get hopeless(): Error | undefined {
    return this.#hopeless;
  }

  isQuarantined(customStages: string): boolean {
    return this.#quarantine.remainingMs(customStages) > 0;
  }

  onOverdue({ slot, incarnation }: Claim): void {
    const { starts, endWorker } = this.#parts;
    const index = starts.workerOf(incarnation);
    if (index < 0) return;
    this.rowTimeouts++;
    this.#overdue.set(incarnation, slot);
    endWorker(index, starts.threadOf(index));
  }

  onDeath({ incarnation, isDrill, ended }: Death): void {
    const { book, queue, rowTimeoutMs } = this.#parts;
    this.workerDeaths++;
    if (incarnation === undefined) return;
    const overdue = this.#overdue.get(incarnation);
    this.#overdue.delete(incarnation);
    for (const claim of queue.claims()) {
      if (claim.incarnation !== incarnation || isDrill) continue;
      const { hasCustomStages, customStages } = book.planOf(claim.slot);
      if (hasCustomStages && (overdue === undefined || overdue === claim.slot)) this.#quarantine.add(customStages);
    }
    const lost = queue.recover(incarnation, overdue);
    if (overdue === undefined) this.#fail(lost, "worker_lost");
    else {
      this.#fail(lost, "row_timeout", rowTimeoutMs);
      if (ended) for (const slot of lost) void book.withhold(slot, ended);
    }
  }

  onHopeless(reason: Error): void {
    this.#hopeless = reason;
    this.abandon();
  }

  /** The pool was closed: what is not done by now never will be. */
  cut(): void {
    this.#isCut = true;
    this.abandon();
  }

  /** Fails every published row that is not done. */
  abandon(): void {
    this.#fail(this.#parts.queue.abandon(), "worker_lost");
  }

  /** What a row's error says beyond its code; undefined where that is all. */
  messageOf(slot: number, status: SampleErrorCode | "ok"): string | undefined {
    const { book, rowTimeoutMs } = this.#parts;
    if (status === "row_timeout") return `the row took longer than rowTimeoutMs, ${rowTimeoutMs} ms`;
    if (status === "quarantined") return this.#quarantineOf(book.planOf(slot).customStages);
    if (status !== "worker_lost") return undefined;
    if (this.#hopeless) return `no worker is left: ${this.#hopeless.message}`;
    return this.#isCut ? "the pool was closed before the row was done" : undefined;
  }

  #quarantineOf(customStages: string): string {
    const seconds = Math.max(1, Math.ceil(this.#quarantine.remainingMs(customStages) / 1000));
    return `"${customStages}" ended too many workers lately: rows with it are done again in ${seconds} s`;
  }

  #fail(slots: readonly number[], code: SampleErrorCode, costMs = Number.NaN): void {
    const { book, queue } = this.#parts;
    for (const slot of slots) {
      book.fail(slot, code);
      book.setCostMs(slot, costMs);
      queue.markDone(slot);
    }
    queue.wakeHost();
  }
}
