/** Rows that come from outside, sampled by a pool of their element type: slots are waited for, results are promised. */
import { errorOf } from "@tokenmill/check";
import { dtypeBytes } from "@tokenmill/core";
import type { Client } from "../limits/client.ts";
import { ApiError } from "../errors/apiError.ts";
import { FairQueue } from "../limits/fairQueue.ts";
import type { Shares } from "../limits/shares.ts";
import { createPool, type PoolOptions, type SampleJob, type SamplerPool } from "@tokenmill/worker-pool";

export interface RowSamplerOptions {
  readonly pool: PoolOptions;
  readonly tokens: Shares;
  /** How long a row may wait for a slot. */
  readonly patienceMs: number;
}

export class RowSampler {
  readonly pool: SamplerPool;
  /** Of its shared memory: prompts and largest outputs. */
  readonly tokens: Shares;
  readonly #patienceMs: number;
  /** Those that wait for a slot; false: it is not wanted any more. */
  readonly #waiting = new FairQueue<(slot: number) => boolean>();
  readonly #underWay: Map<number, () => void> = new Map();
  #isLooping = false;
  #failure: Error | undefined;

  private constructor(pool: SamplerPool, { tokens, patienceMs }: RowSamplerOptions) {
    this.pool = pool;
    this.tokens = tokens;
    this.#patienceMs = patienceMs;
  }

  static async create(options: RowSamplerOptions): Promise<RowSampler> {
    return new RowSampler(await createPool(options.pool), options);
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

  /** A slot, as soon as one is free: of each client in turn. @throws ApiError 429 if that takes too long */
  acquire(client: Client): Promise<number> {
    const slot = this.#waiting.length > 0 ? -1 : this.pool.acquire();
    if (slot >= 0) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        const message = `no row of memory came free within ${this.#patienceMs} ms: try again later`;
        reject(new ApiError(429, message, { code: "queue_timeout", retryAfterSeconds: 1 }));
      }, this.#patienceMs);
      this.#waiting.push(client, (given) => {
        clearTimeout(timer);
        if (!isLate) resolve(given);
        return !isLate;
      });
    });
  }

  release(slot: number): void {
    this.pool.release(slot);
    while (this.#waiting.length > 0) {
      const next = this.pool.acquire();
      if (this.#waiting.shift()!(next)) return;
      this.pool.release(next);
    }
  }

  /** Samples the row in the slot; its result can be read when this resolves. @throws the pool's error if it broke. */
  async sample(slot: number, job: SampleJob): Promise<void> {
    this.#checkWhole();
    this.pool.submit(slot, job);
    const done = new Promise<void>((resolve) => this.#underWay.set(slot, resolve));
    if (!this.#isLooping) void this.#loop();
    else this.pool.flush();
    await done;
    this.#checkWhole();
  }

  #checkWhole(): void {
    if (this.#failure) throw this.#failure;
  }

  async #loop(): Promise<void> {
    this.#isLooping = true;
    try {
      while (this.#underWay.size > 0) {
        const slots = await this.pool.completed();
        if (slots.length === 0) throw new Error(`the pool lost ${this.#underWay.size} rows`);
        for (const slot of slots) this.#done(slot);
      }
    } catch (error) {
      this.#failure = errorOf(error);
      for (const slot of this.#underWay.keys()) this.#done(slot);
    } finally {
      this.#isLooping = false;
    }
  }

  #done(slot: number): void {
    const resolve = this.#underWay.get(slot);
    this.#underWay.delete(slot);
    resolve?.();
  }
}
