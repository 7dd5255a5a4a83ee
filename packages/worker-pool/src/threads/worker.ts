/** The resident task of one worker thread: takes tickets from the ring, does their rows, sleeps when there is nothing. */
import { type MessagePort, threadId } from "node:worker_threads";
import { messageOf } from "@tokenmill/check";
import { imagesFrom } from "../rows/rowMasks.ts";
import { RowRunner, type RunnerSetup } from "../rows/rowRunner.ts";
import { CONTROL_READY, layOutSlab } from "../memory/slab.ts";
import { WorkerQueue } from "../ring/workerQueue.ts";

export interface WorkerSetup extends RunnerSetup {
  /** Looks at an empty ring before the thread sleeps. */
  readonly spinLimit: number;
}

export interface ResidentTask {
  /** Which scratch the worker uses. */
  readonly workerIndex: number;
  /** Distinct for every start of every worker: marks its claims. */
  readonly incarnation: number;
  /** Tells of grammars' images; absent without a mask filler. */
  readonly images?: MessagePort | undefined;
}

/** Runs until the pool closes. */
export async function reside(setup: WorkerSetup, { workerIndex, incarnation, images }: ResidentTask): Promise<void> {
  const runner = await RowRunner.create(setup, workerIndex, images && imagesFrom(images)).catch((error: unknown) => {
    // piscina takes an error that is null for success, and cannot send one that does not clone
    throw new Error(messageOf(error));
  });
  const slab = layOutSlab(setup.shape);
  const words = new Int32Array(setup.memory.buffer);
  const queue = new WorkerQueue(slab, words, incarnation);
  const costs = new Float32Array(setup.memory.buffer, slab.costs, slab.slotCount);
  Atomics.store(words, (slab.threadIds >> 2) + workerIndex, threadId);
  Atomics.store(words, (slab.started >> 2) + workerIndex, incarnation + 1); // after the id, which goes with it
  Atomics.add(words, (slab.control >> 2) + CONTROL_READY, 1);
  Atomics.notify(words, (slab.control >> 2) + CONTROL_READY);
  /** Does a claimed row; returns when it was done. */
  const doRow = (slot: number, startMs: number): number => {
    runner.run(slot);
    const endMs = performance.now();
    costs[slot] = endMs - startMs; // before it is marked as done: then it is the host's
    queue.finish(slot);
    return endMs;
  };
  /** Runs those of the first `count` taken slots that no other worker has claimed. */
  const doTaken = (count: number): void => {
    const start = performance.now();
    let end = start;
    let rows = 0;
    for (let i = 0; i < count; i++) {
      const slot = queue.taken[i]!;
      if (!queue.claim(slot)) continue;
      end = doRow(slot, end);
      rows++;
    }
    if (rows > 0) queue.report(rows, end - start);
  };
  const doStolen = (slot: number): void => {
    const start = performance.now();
    queue.report(1, doRow(slot, start) - start);
  };
  let spins = 0;
  while (true) {
    const { signal } = queue;
    const count = queue.take();
    if (count > 0) {
      doTaken(count);
      spins = 0;
      continue;
    }
    // at once, and a last time before it sleeps
    const stolen = spins === 0 || spins === setup.spinLimit ? queue.steal() : -1;
    if (stolen >= 0) {
      doStolen(stolen);
      spins = 0;
    } else if (queue.isStopped) {
      return;
    } else if (++spins > setup.spinLimit) {
      queue.sleep(signal);
      spins = 0;
    }
  }
}
