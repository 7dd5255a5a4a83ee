/** Rows that come from outside, sampled by a pool of their element type: slots are waited for, results are promised. */
import { errorOf } from "@tokenmill/check";
import { dtypeBytes } from "@tokenmill/core";
import { createPool, type PoolOptions, type SampleJob, type SamplerPool } from "@tokenmill/worker-pool";

export class RowSampler {
  readonly pool: SamplerPool;
  readonly #waiting: ((slot: number) => void)[] = [];
  readonly #underWay: Map<number, () => void> = new Map();
  #isLooping = false;
  #failure: Error | undefined;

  private constructor(pool: SamplerPool) {
    this.pool = pool;
  }

  static async create(options: PoolOptions): Promise<RowSampler> {
    return new RowSampler(await createPool(options));
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

  /** A slot, as soon as one is free: in order of asking. */
  acquire(): Promise<number> {
    const slot = this.#waiting.length > 0 ? -1 : this.pool.acquire();
    if (slot >= 0) return Promise.resolve(slot);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(slot: number): void {
    this.pool.release(slot);
    if (this.#waiting.length > 0) this.#waiting.shift()!(this.pool.acquire());
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
