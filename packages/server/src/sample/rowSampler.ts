/** Rows that come from outside, sampled by a pool of their element type: slots are waited for, results are promised. */
import { errorOf } from "@tokenmill/check";
import { dtypeBytes } from "@tokenmill/core";
import type { Client } from "../limits/client.ts";
import { Waiting } from "../limits/waiting.ts";
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
  /** For a slot. */
  readonly #waiting: Waiting<number>;
  readonly #underWay: Map<number, () => void> = new Map();
  #isLooping = false;
  #failure: Error | undefined;

  private constructor(pool: SamplerPool, { tokens, patienceMs }: RowSamplerOptions) {
    this.pool = pool;
    this.tokens = tokens;
    this.#waiting = new Waiting("a row of memory", patienceMs);
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
    return this.#waiting.wait(client);
  }

  release(slot: number): void {
    this.pool.release(slot);
    if (this.#waiting.length === 0) return;
    const next = this.pool.acquire();
    if (next < 0) return; // the slot is withheld: a thread that hangs may still write to it
    if (!this.#waiting.give(next)) this.pool.release(next);
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
