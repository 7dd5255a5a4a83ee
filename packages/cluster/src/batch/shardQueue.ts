/** The work queue of shards, from the side that fills it. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tokenmill/check";
import { append } from "../log/append.ts";
import { ClusterError } from "../errors.ts";
import { encode } from "../wire/codec.ts";
import { type PartsContext, readLast, storeLarge } from "./parts.ts";
import type { Shard, ShardWork } from "./shard.ts";

const retryMs = 500;

export class ShardQueue {
  readonly #context: PartsContext;
  readonly #batch: string;
  readonly #signal: AbortSignal;

  constructor(context: PartsContext, batch: string, signal: AbortSignal) {
    this.#context = context;
    this.#batch = batch;
    this.#signal = signal;
  }

  /** Puts it there, again and again while NATS is gone or full. @throws what the signal says */
  async put(key: string, shard: Shard, notBy?: string): Promise<void> {
    const { js, names } = this.#context;
    await this.#patiently(async () => {
      const stored = await storeLarge(this.#context, { batch: this.#batch, key, label: "in" }, shard);
      const work: ShardWork = { batch: this.#batch, key, shard: stored, ...(notBy !== undefined && { notBy }) };
      await append(js, names.shardSubject(this.#batch, key), encode(work), { after: undefined });
    });
  }

  /** Whether no node is to answer the shard any more. */
  async isGone(key: string): Promise<boolean> {
    const { jsm, names } = this.#context;
    return (await readLast(jsm, names.shardStream, names.shardSubject(this.#batch, key))) === undefined;
  }

  /** Takes out what is there of the batch. */
  async clear(): Promise<void> {
    const { jsm, names } = this.#context;
    await jsm.streams
      .purge(names.shardStream, { filter: names.shardSubject(this.#batch, "*") })
      .catch((cause: unknown) => {
        throw new ClusterError("cluster_unavailable", `NATS did not clear the queue: ${messageOf(cause)}`, { cause });
      });
  }

  async #patiently(work: () => Promise<void>): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        await sleep(retryMs, undefined, { signal: this.#signal });
      }
    }
  }
}
