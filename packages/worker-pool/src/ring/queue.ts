/**
 * The host's end of the job ring: publishes slots, collects done ones, and reclaims what dead workers had claimed.
 */
import {
  BUSY_TICKS_PER_MS,
  CLAIMED_BASE,
  CONTROL_BUSY,
  CONTROL_DONE_COUNT,
  CONTROL_HEAD,
  CONTROL_IMPATIENT,
  CONTROL_SIGNAL,
  CONTROL_STOP,
  CONTROL_TAIL,
  CONTROL_TICKER_ASLEEP,
  CONTROL_TICKS_WANTED,
  CONTROL_WAIT,
  CONTROL_WAKE,
  CONTROL_WAKE_TARGET,
  type Slab,
  SLOT_DONE,
  SLOT_QUEUED,
} from "../memory/slab.ts";
import type { RowCost } from "../memory/rowCost.ts";
import type { Claim, Watchdog } from "./watchdog.ts";

/** A row is given up after its worker died this often. */
const MAX_ATTEMPTS = 3;
/** Of work that takes the workers longer than that half is waited for: the host can submit more while they do the rest. */
const HALVED_WAIT_MS = 0.1;
/** Rows that are done wait no longer than twice that for the others of their batch. */
export const PATIENCE_MS = 1;

export class JobQueue {
  readonly #words: Int32Array;
  readonly #control: number;
  readonly #states: number;
  readonly #ring: number;
  readonly #ringMask: number;
  readonly #workers: number;
  /** Slots submitted and not yet collected: first the published ones, then those that no worker has been shown. */
  readonly #inFlight: Int32Array;
  #count = 0;
  #publishedCount = 0;
  #areTicksWanted = false;
  /** Of the published ones: done by the host. */
  #finishedHere = 0;
  /** Rows have been collected, and none submitted since. */
  #isDraining = false;
  /** Rows at the front of `#inFlight` that others no longer wait for. */
  #lateCount = 0;
  /** Of each slot: how often it was submitted, modulo 2^32. */
  readonly #submissions: Uint32Array;
  readonly #tickets: Int32Array;
  readonly #attempts: Uint8Array;
  readonly #rowCost: RowCost;
  /** What has been told to `#rowCost`. */
  #seenBusy = 0;
  #seenDone = 0;
  rowsRetried = 0;

  readonly #watchdog: Watchdog;

  constructor(slab: Slab, words: Int32Array, rowCost: RowCost, watchdog: Watchdog) {
    this.#watchdog = watchdog;
    this.#words = words;
    this.#control = slab.control >> 2;
    this.#states = slab.states >> 2;
    this.#ring = slab.ring >> 2;
    this.#ringMask = slab.ringMask;
    this.#workers = slab.workers;
    this.#inFlight = new Int32Array(slab.slotCount);
    this.#tickets = new Int32Array(slab.slotCount);
    this.#rowCost = rowCost;
    this.#attempts = new Uint8Array(slab.slotCount);
    this.#submissions = new Uint32Array(slab.slotCount);
  }

  /** Slots submitted and not yet collected. */
  get inFlight(): number {
    return this.#count;
  }

  submit(slot: number): void {
    this.#attempts[slot] = 0;
    this.#submissions[slot]!++;
    this.#isDraining = false;
    this.#inFlight[this.#count++] = slot;
  }

  /** Of these: submitted since the last `publish`. */
  get unpublished(): number {
    return this.#count - this.#publishedCount;
  }

  /** Whether that holds for every slot submitted since the last `publish`. */
  everyUnpublished(holds: (slot: number) => boolean): boolean {
    for (let i = this.#publishedCount; i < this.#count; i++) if (!holds(this.#inFlight[i]!)) return false;
    return true;
  }

  /** The first slot that no worker has been shown, for the host to do itself, and then to `finish`. */
  takeUnpublished(): number {
    return this.#inFlight[this.#publishedCount++]!;
  }

  /** Marks a slot as done that the host took. */
  finish(slot: number): void {
    this.#finishedHere++;
    this.markDone(slot);
  }

  /** Marks the slot that was submitted last as done before anybody was shown it, and wakes a host that waits. */
  finishUnpublished(slot: number): void {
    this.#inFlight[this.#count - 1] = this.#inFlight[this.#publishedCount]!;
    this.#inFlight[this.#publishedCount++] = slot;
    this.finish(slot);
    this.wakeHost();
  }

  /** Marks a slot as done that no worker has and nobody will do. */
  markDone(slot: number): void {
    this.#words[this.#states + slot] = SLOT_DONE;
  }

  /** Shows the submitted slots to the workers and wakes those that sleep. */
  publish(): void {
    const first = this.#publishedCount;
    const count = this.#count - first;
    if (count === 0) return;
    this.#publishedCount = this.#count;
    let tail = Atomics.load(this.#words, this.#control + CONTROL_TAIL);
    for (let i = first; i < this.#count; i++) tail = this.#enqueue(this.#inFlight[i]!, tail);
    Atomics.store(this.#words, this.#control + CONTROL_TAIL, tail);
    this.#wakeWorkers(count);
    this.#wantTicks();
  }

  #wantTicks(): void {
    if (this.#areTicksWanted) return;
    this.#areTicksWanted = true;
    Atomics.store(this.#words, this.#control + CONTROL_TICKS_WANTED, 1);
    if (Atomics.load(this.#words, this.#control + CONTROL_TICKER_ASLEEP) === 0) return;
    Atomics.notify(this.#words, this.#control + CONTROL_TICKS_WANTED);
  }

  #wakeWorkers(count?: number): void {
    Atomics.add(this.#words, this.#control + CONTROL_SIGNAL, 1);
    Atomics.notify(this.#words, this.#control + CONTROL_SIGNAL, count);
  }

  /** Puts a ticket on the ring, which the caller then publishes by storing the tail: the returned one. */
  #enqueue(slot: number, tail: number): number {
    this.#tickets[slot] = tail;
    Atomics.store(this.#words, this.#states + slot, SLOT_QUEUED);
    this.#words[this.#ring + (tail & this.#ringMask)] = slot;
    return (tail + 1) | 0;
  }

  /** Done slots, each once. */
  collect(): number[] {
    const inFlight = this.#inFlight;
    const count = this.#publishedCount;
    const isAllDone = this.#finishedHere === count; // most batches of cheap rows
    const done: number[] = [];
    let kept = 0;
    let lateCount = 0;
    for (let i = 0; i < count; i++) {
      const slot = inFlight[i]!;
      if (isAllDone || Atomics.load(this.#words, this.#states + slot) === SLOT_DONE) done.push(slot);
      else {
        inFlight[kept++] = slot;
        if (i < this.#lateCount) lateCount++;
      }
    }
    this.#finishedHere = 0;
    this.#lateCount = lateCount;
    if (done.length === 0) return done;
    this.#isDraining = true;
    inFlight.copyWithin(kept, this.#publishedCount, this.#count);
    this.#publishedCount = kept;
    this.#count -= done.length;
    if (kept === 0 && this.#areTicksWanted) {
      this.#areTicksWanted = false;
      Atomics.store(this.#words, this.#control + CONTROL_TICKS_WANTED, 0);
    }
    return done;
  }

  /** Done slots; waits for some: for a good part of the batch as long as that takes no time, then for the first. */
  async collectSome(): Promise<number[]> {
    const words = this.#words;
    let isPatient = true;
    while (true) {
      const wake = Atomics.load(words, this.#control + CONTROL_WAKE);
      const doneCount = Atomics.load(words, this.#control + CONTROL_DONE_COUNT); // before the look, so none is missed
      const done = this.collect();
      if (done.length > 0 || this.#count === 0) {
        this.#learnCost(doneCount);
        if (!isPatient) this.#lateCount = this.#publishedCount;
        return done;
      }
      const target = (doneCount + (isPatient ? Math.max(1, this.#rowsToWaitFor()) : 1)) | 0;
      Atomics.store(words, this.#control + CONTROL_WAKE_TARGET, target);
      if (((Atomics.load(words, this.#control + CONTROL_DONE_COUNT) - target) | 0) >= 0) continue;
      const waiting = Atomics.waitAsync(words, this.#control + CONTROL_WAKE, wake);
      if (!waiting.async) continue;
      const wait: number = isPatient ? Atomics.add(words, this.#control + CONTROL_WAIT, 1) + 1 : 0;
      await waiting.value;
      if (isPatient) {
        Atomics.add(words, this.#control + CONTROL_WAIT, 1);
        isPatient = Atomics.load(words, this.#control + CONTROL_IMPATIENT) !== wait;
      }
      this.#watchdog.look(() => this.claims());
    }
  }

  /** A wake-up costs host and worker more than a row: there are two for a batch, one if it is small. */
  #rowsToWaitFor(): number {
    const count = this.#publishedCount - this.#lateCount;
    const expectedMs = (this.#rowCost.meanMs * count) / this.#workers;
    return this.#isDraining || expectedMs <= HALVED_WAIT_MS ? count : (count + 1) >> 1;
  }

  /** Takes in what the workers needed for the rows up to `doneCount`. */
  #learnCost(doneCount: number): void {
    const busy = Atomics.load(this.#words, this.#control + CONTROL_BUSY);
    this.#rowCost.add((doneCount - this.#seenDone) | 0, ((busy - this.#seenBusy) >>> 0) / BUSY_TICKS_PER_MS);
    this.#seenBusy = busy;
    this.#seenDone = doneCount;
  }

  /** The published slots that workers have claimed, with who and for which submission: at most one a worker. */
  *claims(): Generator<Claim> {
    for (let i = 0; i < this.#publishedCount; i++) {
      const slot = this.#inFlight[i]!;
      const incarnation = Atomics.load(this.#words, this.#states + slot) - CLAIMED_BASE;
      if (incarnation >= 0) yield { slot, incarnation, submission: this.#submissions[slot]! };
    }
  }

  /**
   * Queues again what the dead worker had claimed, and whatever lost its ticket with it. A ticket too many is harmless:
   * a slot can be claimed once. Returns slots that are given up; their result is the caller's to write.
   * @param overdue the slot that the worker was ended for, which is given up and alone to blame; absent: what it had claimed
   * is to blame, and given up when it has killed too many workers
   */
  recover(incarnation: number, overdue?: number): number[] {
    const head = Atomics.load(this.#words, this.#control + CONTROL_HEAD);
    const lost: number[] = [];
    let tail = Atomics.load(this.#words, this.#control + CONTROL_TAIL);
    for (let i = 0; i < this.#publishedCount; i++) {
      const slot = this.#inFlight[i]!;
      const state = Atomics.load(this.#words, this.#states + slot);
      const wasClaimed = state === CLAIMED_BASE + incarnation;
      const isGivenUp =
        wasClaimed && (overdue === undefined ? ++this.#attempts[slot]! >= MAX_ATTEMPTS : slot === overdue);
      if (isGivenUp) {
        lost.push(slot);
      } else if (wasClaimed || (state === SLOT_QUEUED && ((head - this.#tickets[slot]!) | 0) > 0)) {
        tail = this.#enqueue(slot, tail);
        if (wasClaimed) this.rowsRetried++;
      }
    }
    Atomics.store(this.#words, this.#control + CONTROL_TAIL, tail);
    this.#wakeWorkers();
    return lost;
  }

  /** Every published slot that is not done, when no worker is left to do it. */
  abandon(): number[] {
    const published = Array.from(this.#inFlight.subarray(0, this.#publishedCount));
    return published.filter((slot) => Atomics.load(this.#words, this.#states + slot) !== SLOT_DONE);
  }

  /** Wakes a host that waits, so that it looks again. */
  wakeHost(): void {
    Atomics.add(this.#words, this.#control + CONTROL_WAKE, 1);
    Atomics.notify(this.#words, this.#control + CONTROL_WAKE);
  }

  /** Tells workers to leave once the ring is empty. */
  stop(): void {
    Atomics.store(this.#words, this.#control + CONTROL_STOP, 1);
    this.#wakeWorkers();
  }
}
