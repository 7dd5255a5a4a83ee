/**
 * The resident task of one worker thread: takes tickets from the ring, does their rows, sleeps when there is nothing.
 *
 * A row is claimed in two steps. Taking a ticket (compare-and-add on the head) spreads the work; changing the slot from
 * queued to "claimed by me" owns it. Whoever dies in between has only lost a ticket, which the host sees, and a ticket
 * too many does no harm, for the slot can be owned once.
 */
import { workerData } from "node:worker_threads";
import { messageOf } from "./messageOf.ts";
import { RowRunner, type RunnerSetup } from "./rowRunner.ts";
import {
  CLAIMED_BASE,
  CONTROL_DONE_COUNT,
  CONTROL_HEAD,
  CONTROL_READY,
  CONTROL_SIGNAL,
  CONTROL_STOP,
  CONTROL_TAIL,
  CONTROL_WAKE,
  CONTROL_WAKE_TARGET,
  layOutSlab,
  SLOT_DONE,
  SLOT_QUEUED,
} from "./slab.ts";

export interface WorkerSetup extends RunnerSetup {
  /** Looks at an empty ring before the thread sleeps. */
  readonly spinLimit: number;
}

export interface ResidentTask {
  /** Which scratch the worker uses. */
  readonly workerIndex: number;
  /** Distinct for every start of every worker: marks its claims. */
  readonly incarnation: number;
}

/** Runs until the pool closes. */
export default async function reside({ workerIndex, incarnation }: ResidentTask): Promise<void> {
  // piscina wraps its option `workerData` together with its own data
  const setup = (Array.isArray(workerData) ? workerData[1] : workerData) as WorkerSetup;
  const runner = await RowRunner.create(setup, workerIndex).catch((error: unknown) => {
    // piscina takes an error that is null for success, and cannot send one that does not clone
    throw new Error(messageOf(error));
  });
  const slab = layOutSlab(setup.shape);
  const words = new Int32Array(setup.memory.buffer);
  const control = slab.control >> 2;
  const states = slab.states >> 2;
  const ring = slab.ring >> 2;
  const claim = CLAIMED_BASE + incarnation;
  Atomics.store(words, (slab.started >> 2) + workerIndex, incarnation + 1);
  Atomics.add(words, control + CONTROL_READY, 1);
  Atomics.notify(words, control + CONTROL_READY);
  let spins = 0;
  while (true) {
    const signal = Atomics.load(words, control + CONTROL_SIGNAL); // before the looks, so no wake-up is missed
    // head before tail: an older tail would show a ticket that others have taken already, and the head overtake the tail
    const head = Atomics.load(words, control + CONTROL_HEAD);
    const tail = Atomics.load(words, control + CONTROL_TAIL);
    if (head !== tail) {
      spins = 0;
      // read before the ticket is taken: afterwards the host may write over it
      const slot = Atomics.load(words, ring + (head & slab.ringMask));
      if (Atomics.compareExchange(words, control + CONTROL_HEAD, head, (head + 1) | 0) !== head) continue;
      if (Atomics.compareExchange(words, states + slot, SLOT_QUEUED, claim) !== SLOT_QUEUED) continue;
      runner.run(slot);
      Atomics.store(words, states + slot, SLOT_DONE);
      // counted after it is marked: a host that sees the count sees the slot
      const done = (Atomics.add(words, control + CONTROL_DONE_COUNT, 1) + 1) | 0;
      if (done === Atomics.load(words, control + CONTROL_WAKE_TARGET)) {
        Atomics.add(words, control + CONTROL_WAKE, 1);
        Atomics.notify(words, control + CONTROL_WAKE);
      }
    } else if (Atomics.load(words, control + CONTROL_STOP) === 1) {
      return;
    } else if (++spins > setup.spinLimit) {
      Atomics.wait(words, control + CONTROL_SIGNAL, signal);
      spins = 0;
    }
  }
}
