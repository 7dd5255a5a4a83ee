/**
 * A worker's end of the job ring.
 *
 * A row is claimed in two steps. Taking tickets (compare-and-exchange of the head) spreads the work; changing a slot from
 * queued to "claimed by me" owns it, just before its row is done. Whoever dies in between has only lost tickets, which the
 * host sees; whoever has nothing to do takes rows that another's tickets hold; and a ticket too many does no harm, for the
 * slot can be owned once.
 */
import {
  BUSY_TICKS_PER_MS,
  CLAIMED_BASE,
  CONTROL_BUSY,
  CONTROL_DONE_COUNT,
  CONTROL_HEAD,
  CONTROL_SIGNAL,
  CONTROL_STOP,
  CONTROL_TAIL,
  CONTROL_WAKE,
  CONTROL_WAKE_TARGET,
  MAX_TICKETS_TAKEN,
  type Slab,
  SLOT_DONE,
  SLOT_QUEUED,
} from "../memory/slab.ts";

/** Tickets are taken together as long as their rows take no longer than that, as far as the last ones tell. */
const TAKEN_MS = 0.01;
/** A worker takes no more than its share of what is queued, divided by this: what is left evens out rows of unequal cost. */
const SHARE_DIVISOR = 4;

export class WorkerQueue {
  /** Slots of the tickets that are taken and not tried. */
  readonly taken: Int32Array = new Int32Array(MAX_TICKETS_TAKEN);
  readonly #words: Int32Array;
  readonly #control: number;
  readonly #states: number;
  readonly #slotCount: number;
  readonly #ring: number;
  readonly #ringMask: number;
  readonly #divisor: number;
  readonly #claim: number;
  #affordable = 1;
  /** Busy time below one tick that has not been told. */
  #restTicks = 0;

  constructor(slab: Slab, words: Int32Array, incarnation: number) {
    this.#words = words;
    this.#control = slab.control >> 2;
    this.#states = slab.states >> 2;
    this.#slotCount = slab.slotCount;
    this.#ring = slab.ring >> 2;
    this.#ringMask = slab.ringMask;
    this.#divisor = slab.workers * SHARE_DIVISOR;
    this.#claim = CLAIMED_BASE + incarnation;
  }

  /** Changes whenever there may be something new. Read it before the looks at the queue, so that no wake-up is missed. */
  get signal(): number {
    return Atomics.load(this.#words, this.#control + CONTROL_SIGNAL);
  }

  /** The pool closes. */
  get isStopped(): boolean {
    return Atomics.load(this.#words, this.#control + CONTROL_STOP) === 1;
  }

  /**
   * Takes tickets into `taken`: 1 … `most` (absent: what the last rows' cost allows), fewer the fewer there are. Returns
   * their number, 0 if the ring is empty.
   */
  take(most: number = this.#affordable): number {
    const words = this.#words;
    while (true) {
      // head before tail: an older tail would show tickets that others have taken already, and the head overtake the tail
      const head = Atomics.load(words, this.#control + CONTROL_HEAD);
      const queued = (Atomics.load(words, this.#control + CONTROL_TAIL) - head) | 0;
      if (queued === 0) return 0;
      const count = Math.max(1, Math.min(most, MAX_TICKETS_TAKEN, Math.floor(queued / this.#divisor)));
      // read before the tickets are taken: afterwards the host may write over them
      for (let i = 0; i < count; i++) this.taken[i] = Atomics.load(words, this.#ring + ((head + i) & this.#ringMask));
      if (Atomics.compareExchange(words, this.#control + CONTROL_HEAD, head, (head + count) | 0) === head) return count;
    }
  }

  /** Whether the slot is this worker's now. */
  claim(slot: number): boolean {
    return Atomics.compareExchange(this.#words, this.#states + slot, SLOT_QUEUED, this.#claim) === SLOT_QUEUED;
  }

  /**
   * For a worker that finds the ring empty: claims a slot whose ticket another worker holds behind a long row.
   * Returns −1 if there is none. The ticket is one too many then.
   */
  steal(): number {
    for (let slot = 0; slot < this.#slotCount; slot++) {
      if (Atomics.load(this.#words, this.#states + slot) === SLOT_QUEUED && this.claim(slot)) return slot;
    }
    return -1;
  }

  /** Marks a claimed slot as done. */
  finish(slot: number): void {
    Atomics.store(this.#words, this.#states + slot, SLOT_DONE);
  }

  /** Counts rows that have been finished in the last `ms`, and wakes the host if it waits for so many. */
  report(rows: number, ms: number): void {
    const words = this.#words;
    this.#affordable = Math.floor((TAKEN_MS * rows) / ms);
    const ticks = ms * BUSY_TICKS_PER_MS + this.#restTicks;
    const wholeTicks = Math.floor(ticks);
    this.#restTicks = ticks - wholeTicks;
    Atomics.add(words, this.#control + CONTROL_BUSY, wholeTicks);
    // counted after they are marked: a host that sees the count sees the slots
    const before = Atomics.add(words, this.#control + CONTROL_DONE_COUNT, rows);
    const missing = (Atomics.load(words, this.#control + CONTROL_WAKE_TARGET) - before) | 0;
    if (missing <= 0 || missing > rows) return;
    Atomics.add(words, this.#control + CONTROL_WAKE, 1);
    Atomics.notify(words, this.#control + CONTROL_WAKE);
  }

  /** Sleeps until `signal` is no longer what it was. */
  sleep(signal: number): void {
    Atomics.wait(this.#words, this.#control + CONTROL_SIGNAL, signal);
  }
}
