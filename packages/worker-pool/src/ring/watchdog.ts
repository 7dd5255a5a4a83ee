/**
 * Finds rows that a worker has been doing for too long. It looks now and then while rows are in flight, and costs the workers
 * nothing: who owns a slot stands in the slot's state.
 */

/** Looks in the time that a row may take: a row is ended at most one of them late. */
const LOOKS_PER_LIMIT = 16;
const LONGEST_INTERVAL_MS = 1000;

/** Who does what: the slot, the worker's incarnation, and which submission of the slot it is. */
export interface Claim {
  readonly slot: number;
  readonly incarnation: number;
  readonly submission: number;
}

interface Sighting extends Claim {
  readonly sinceMs: number;
  isOverdue: boolean;
}

export class Watchdog {
  /** Time between two looks; infinite: there are none. */
  readonly intervalMs: number;
  readonly #limitMs: number;
  readonly #onOverdue: (claim: Claim) => void;
  #sightings = new Map<number, Sighting>();
  #lookedMs = 0;

  /**
   * @param limitMs time of a row, by the wall clock; infinite: none is too long
   * @param onOverdue called once for a row that is overdue
   */
  constructor(limitMs: number, onOverdue: (claim: Claim) => void) {
    this.#limitMs = limitMs;
    this.#onOverdue = onOverdue;
    const isOn = limitMs < Number.POSITIVE_INFINITY;
    this.intervalMs = isOn ? Math.min(LONGEST_INTERVAL_MS, Math.max(1, limitMs / LOOKS_PER_LIMIT)) : limitMs;
  }

  /** Looks, if it is time to. */
  look(claims: () => Iterable<Claim>): void {
    const now = performance.now();
    if (now - this.#lookedMs < this.intervalMs) return;
    this.#lookedMs = now;
    const sightings = new Map<number, Sighting>();
    for (const claim of claims()) {
      const last = this.#sightings.get(claim.slot);
      const isSame = last?.incarnation === claim.incarnation && last.submission === claim.submission;
      sightings.set(claim.slot, isSame ? last : { ...claim, sinceMs: now, isOverdue: false });
    }
    this.#sightings = sightings;
    for (const sighting of sightings.values()) {
      if (sighting.isOverdue || now - sighting.sinceMs < this.#limitMs) continue;
      sighting.isOverdue = true;
      this.#onOverdue(sighting);
    }
  }
}
