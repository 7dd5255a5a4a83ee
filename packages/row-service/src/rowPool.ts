/** A pool whose rows are promised: slots are waited for, and each row's result comes to the one who asked for it. */
import { errorOf } from "@tokenmill/check";
import { dtypeBytes, type SampleResult } from "@tokenmill/core";
import type { SampleJob, SamplerPool } from "@tokenmill/worker-pool";
import { SlotLine, type SlotQueue } from "./slotQueue.ts";

/** Promises alone would keep timers and signals out of a program whose rows are quick. */
const longestTurnMs = 2;

interface InFlight {
  readonly into: SampleResult;
  readonly resolve: (result: SampleResult) => void;
  readonly reject: (error: Error) => void;
}

/** `Asker`: who waits for a slot, where the queue cares; the pool stays its owner's to close. */
export class RowPool<Asker = void> {
  readonly pool: SamplerPool;
  readonly #queue: SlotQueue<Asker>;
  readonly #inFlight: Map<number, InFlight> = new Map();
  #isLooping = false;
  #isFlushing = false;
  #failure: Error | undefined;

  /** @param queue of those who wait for a slot; absent: first come, first served */
  constructor(pool: SamplerPool, queue: SlotQueue<Asker> = new SlotLine()) {
    this.pool = pool;
    this.#queue = queue;
    pool.onFreed = () => this.#serve();
  }

  /** Size of a row. */
  get rowBytes(): number {
    return this.pool.vocabSize * dtypeBytes[this.pool.dtype];
  }

  /** Bytes of the slot's row. */
  bytes(slot: number): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.pool.row(slot);
    return new Uint8Array(buffer, byteOffset, byteLength);
  }

  /** A slot, as soon as one is free. @throws what the queue throws, when its patience is at its end, and the pool once it is closed */
  acquire(asker: Asker): Promise<number> {
    const slot = this.#queue.length > 0 ? -1 : this.pool.acquire();
    return slot >= 0 ? Promise.resolve(slot) : this.#queue.wait(asker);
  }

  release(slot: number): void {
    this.pool.release(slot);
    this.#serve();
  }

  /** Gives those who wait what is free: nothing, where a thread that hangs may still write to the slot. */
  #serve(): void {
    while (this.#queue.length > 0) {
      let slot: number;
      try {
        slot = this.pool.acquire();
      } catch (error) {
        return this.#queue.fail(errorOf(error));
      }
      if (slot < 0) return;
      if (!this.#queue.give(slot)) this.pool.release(slot);
    }
  }

  /** Samples the row in the slot; resolves with `into`, which has the result. @throws the pool's error if it broke. */
  sample(slot: number, job: SampleJob, into: SampleResult): Promise<SampleResult> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.pool.submit(slot, job);
    const done = new Promise<SampleResult>((resolve, reject) => this.#inFlight.set(slot, { into, resolve, reject }));
    if (!this.#isLooping) void this.#loop();
    else this.#flush();
    return done;
  }

  /** Once for all rows of a turn. */
  #flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      if (this.#inFlight.size > 0) this.pool.flush();
    });
  }

  async #loop(): Promise<void> {
    this.#isLooping = true;
    // The rows that are submitted in this turn go together.
    await Promise.resolve();
    let nextTurnMs = performance.now() + longestTurnMs;
    try {
      while (this.#inFlight.size > 0) {
        const slots = await this.pool.completed();
        if (slots.length === 0) throw new Error(`the pool lost ${this.#inFlight.size} rows`);
        for (const slot of slots) this.#done(slot);
        if (performance.now() < nextTurnMs) continue;
        await new Promise(setImmediate);
        nextTurnMs = performance.now() + longestTurnMs;
      }
    } catch (error) {
      this.#failure = errorOf(error);
      for (const { reject } of this.#inFlight.values()) reject(this.#failure);
      this.#inFlight.clear();
    } finally {
      this.#isLooping = false;
    }
  }

  #done(slot: number): void {
    const { into, resolve } = this.#inFlight.get(slot)!;
    this.#inFlight.delete(slot);
    this.pool.readResult(slot, into);
    resolve(into);
  }
}
