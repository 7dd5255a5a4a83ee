/**
 * Finds rows that a worker has been doing for too long. It looks now and then while rows are in flight, and costs the workers
 * nothing: who owns a slot stands in the slot's state. No timer runs while nothing is in flight.
 */
import type { JobQueue } from "./queue.ts";

/** Looks in the time that a row may take: a row is ended at most one of them late. */
const LOOKS_PER_LIMIT = 16;
const LONGEST_INTERVAL_MS = 1000;

/** Called once for a row that is overdue, with the worker that has it. */
export type OnOverdue = (slot: number, incarnation: number) => void;

interface Sighting {
  readonly incarnation: number;
  readonly submission: number;
  readonly sinceMs: number;
  isOverdue: boolean;
}

export class Watchdog {
  readonly #queue: JobQueue;
  readonly #limitMs: number;
  readonly #onOverdue: OnOverdue;
  #sightings = new Map<number, Sighting>();
  #timer: NodeJS.Timeout | undefined;

  /** @param limitMs thread time of a row, by the wall clock; infinite: none is too long */
  constructor(queue: JobQueue, limitMs: number, onOverdue: OnOverdue) {
    this.#queue = queue;
    this.#limitMs = limitMs;
    this.#onOverdue = onOverdue;
  }

  /** Rows are in flight. */
  start(): void {
    if (this.#timer !== undefined || this.#limitMs === Number.POSITIVE_INFINITY) return;
    const intervalMs = Math.min(LONGEST_INTERVAL_MS, Math.max(1, this.#limitMs / LOOKS_PER_LIMIT));
    this.#timer = setTimeout(() => this.#look(), intervalMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sightings.clear();
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    const sightings = new Map<number, Sighting>();
    for (const { slot, incarnation, submission } of this.#queue.claims()) {
      const last = this.#sightings.get(slot);
      const isSame = last?.incarnation === incarnation && last.submission === submission;
      sightings.set(slot, isSame ? last : { incarnation, submission, sinceMs: now, isOverdue: false });
    }
    this.#sightings = sightings;
    if (this.#queue.underWay > 0) this.start();
    for (const [slot, sighting] of sightings) {
      if (sighting.isOverdue || now - sighting.sinceMs < this.#limitMs) continue;
      sighting.isOverdue = true;
      this.#onOverdue(slot, sighting.incarnation);
    }
  }
}
