/**
 * The host's end of the job ring: publishes slots, collects done ones, and takes back what dead workers had claimed.
 */
import {
  CLAIMED_BASE,
  CONTROL_DONE_COUNT,
  CONTROL_HEAD,
  CONTROL_SIGNAL,
  CONTROL_STOP,
  CONTROL_TAIL,
  CONTROL_WAKE,
  CONTROL_WAKE_TARGET,
  type Slab,
  SLOT_DONE,
  SLOT_IDLE,
  SLOT_QUEUED,
} from "./slab.ts";

/** A row is given up after its worker died this often. */
const MAX_ATTEMPTS = 3;

export class JobQueue {
  readonly #words: Int32Array;
  readonly #control: number;
  readonly #states: number;
  readonly #ring: number;
  readonly #ringMask: number;
  /** Slots submitted and not yet collected. */
  readonly #underWay: number[] = [];
  /** Slots submitted since the last publish. */
  #unpublished: number[] = [];
  readonly #tickets: Int32Array;
  readonly #attempts: Uint8Array;
  rowsRetried = 0;

  constructor(slab: Slab, words: Int32Array) {
    this.#words = words;
    this.#control = slab.control >> 2;
    this.#states = slab.states >> 2;
    this.#ring = slab.ring >> 2;
    this.#ringMask = slab.ringMask;
    this.#tickets = new Int32Array(slab.slotCount);
    this.#attempts = new Uint8Array(slab.slotCount);
  }

  get underWay(): number {
    return this.#underWay.length;
  }

  submit(slot: number): void {
    this.#attempts[slot] = 0;
    this.#underWay.push(slot);
    this.#unpublished.push(slot);
  }

  /**
   * Slots submitted since the last publish, for the host to do itself: always if there are no workers (`most` is infinite),
   * else only if they are all that is under way and at most `most`. They stay unpublished.
   */
  takeTinyBatch(most: number): number[] | undefined {
    const batch = this.#unpublished;
    if (batch.length === 0 || batch.length > most) return undefined;
    if (Number.isFinite(most) && batch.length !== this.#underWay.length) return undefined;
    this.#unpublished = [];
    return batch;
  }

  /** Marks a slot that the host did itself. */
  markDone(slot: number): void {
    Atomics.store(this.#words, this.#states + slot, SLOT_DONE);
  }

  /** Shows the submitted slots to the workers and wakes those that sleep. */
  publish(): void {
    const count = this.#unpublished.length;
    if (count === 0) return;
    for (const slot of this.#unpublished) {
      Atomics.store(this.#words, this.#states + slot, SLOT_QUEUED);
      this.#enqueue(slot);
    }
    this.#unpublished = [];
    this.#wakeWorkers(count);
  }

  #wakeWorkers(count?: number): void {
    Atomics.add(this.#words, this.#control + CONTROL_SIGNAL, 1);
    Atomics.notify(this.#words, this.#control + CONTROL_SIGNAL, count);
  }

  #enqueue(slot: number): void {
    const tail = Atomics.load(this.#words, this.#control + CONTROL_TAIL);
    this.#tickets[slot] = tail;
    Atomics.store(this.#words, this.#ring + (tail & this.#ringMask), slot);
    Atomics.store(this.#words, this.#control + CONTROL_TAIL, (tail + 1) | 0);
  }

  /** Done slots, each once; they become idle. */
  collect(): number[] {
    const done: number[] = [];
    let kept = 0;
    for (const slot of this.#underWay) {
      if (Atomics.load(this.#words, this.#states + slot) === SLOT_DONE) {
        Atomics.store(this.#words, this.#states + slot, SLOT_IDLE);
        done.push(slot);
      } else this.#underWay[kept++] = slot;
    }
    this.#underWay.length = kept;
    return done;
  }

  /** Done slots; waits for some. While workers do the second half of what is queued the host can deal with the first. */
  async collectSome(): Promise<number[]> {
    while (true) {
      const words = this.#words;
      const wake = Atomics.load(words, this.#control + CONTROL_WAKE);
      const doneCount = Atomics.load(words, this.#control + CONTROL_DONE_COUNT); // before the look, so none is missed
      const done = this.collect();
      if (done.length > 0 || this.#underWay.length === 0) return done;
      const target = (doneCount + Math.max(1, this.#underWay.length >> 1)) | 0;
      Atomics.store(words, this.#control + CONTROL_WAKE_TARGET, target);
      if (((Atomics.load(words, this.#control + CONTROL_DONE_COUNT) - target) | 0) >= 0) continue;
      const waiting = Atomics.waitAsync(words, this.#control + CONTROL_WAKE, wake);
      if (waiting.async) await waiting.value;
    }
  }

  /**
   * Queues again what the dead worker had claimed, and whatever lost its ticket with it. A ticket too many is harmless:
   * a slot can be claimed once. Returns slots that killed too many workers; their result is the caller's to write.
   */
  recover(incarnation: number): number[] {
    const head = Atomics.load(this.#words, this.#control + CONTROL_HEAD);
    const lost: number[] = [];
    for (const slot of this.#underWay) {
      const state = Atomics.load(this.#words, this.#states + slot);
      const wasClaimed = state === CLAIMED_BASE + incarnation;
      if (wasClaimed && ++this.#attempts[slot]! >= MAX_ATTEMPTS) {
        lost.push(slot);
      } else if (wasClaimed || (state === SLOT_QUEUED && ((head - this.#tickets[slot]!) | 0) > 0)) {
        Atomics.store(this.#words, this.#states + slot, SLOT_QUEUED);
        this.#enqueue(slot);
        this.rowsRetried++;
      }
    }
    this.#wakeWorkers();
    return lost;
  }

  /** Every slot under way that is not done, when no worker is left to do it. */
  abandon(): number[] {
    return this.#underWay.filter((slot) => Atomics.load(this.#words, this.#states + slot) !== SLOT_DONE);
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
