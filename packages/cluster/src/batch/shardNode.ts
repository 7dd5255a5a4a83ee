/**
 * Answers shards of batches: pulls as many as its places take, keeps them by the work queue's acknowledgement time, and writes
 * the results behind what it knows to stand. The work queue gives a shard whose node is silent to another one.
 */
import { setMaxListeners } from "node:events";
import type { JsMsg } from "@nats-io/jetstream";
import { messageOf } from "@tokenmill/check";
import { ClusterError } from "../errors.ts";
import { hasOutlived, type Witness } from "../presence/hasOutlived.ts";
import { decode } from "../wire/codec.ts";
import { shardItems } from "./cutShards.ts";
import type { BatchContext } from "./batchContext.ts";
import { readLarge } from "./parts.ts";
import { runShard } from "./runShard.ts";
import type { BatchAnswers } from "@tokenmill/core";
import type { Shard, ShardEntry, ShardWork } from "./shard.ts";
import { ShardEntries, type StoredShardEntry } from "./shardEntries.ts";

export interface ShardNodeOptions extends BatchContext {
  readonly answers: BatchAnswers;
  readonly leaseMs: number;
  readonly isConnected: () => boolean;
  readonly isPresent: Witness["isPresent"];
  readonly checksClaims: boolean;
  readonly onLog: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

const retryMs = 250;
/** How often a shard that another node is to verify goes back to the queue, before its own node does. */
const mostReturns = 20;

interface RunningShard {
  message: JsMsg;
}

export interface ShardCounts {
  answered: number;
  redelivered: number;
  fenced: number;
}

export class ShardNode {
  readonly counts: ShardCounts = { answered: 0, redelivered: 0, fenced: 0 };
  readonly #options: ShardNodeOptions;
  readonly #entries: ShardEntries;
  readonly #running: Map<string, RunningShard> = new Map();
  readonly #leaving: AbortController = new AbortController();
  readonly #timer: NodeJS.Timeout;
  /** Called when a shard may be taken. */
  onFree: () => void = () => {};

  constructor(options: ShardNodeOptions) {
    this.#options = options;
    this.#entries = new ShardEntries(options, options.checksClaims);
    // Every request listens to it.
    setMaxListeners(0, this.#leaving.signal);
    this.#timer = setInterval(() => this.#keep(), options.leaseMs / 4);
  }

  /** Shards that are answered here. */
  get open(): number {
    return this.#running.size;
  }

  /** Shards that it can begin: as many as its free places take, and one that waits. */
  get free(): number {
    if (this.#leaving.signal.aborted) return 0;
    const { free } = this.#options.answers;
    return free === 0 ? Math.max(0, 1 - this.#running.size) : Math.ceil(free / shardItems);
  }

  /** Takes a message of the work queue. */
  async take(message: JsMsg): Promise<void> {
    const work = decode<ShardWork>(message.data);
    const name = `${work.batch}.${work.key}`;
    const running = this.#running.get(name);
    if (running) {
      // The lease ran out while this node went on.
      running.message = message;
      message.working();
      return;
    }
    const { id } = this.#options;
    if (work.notBy === id && message.info.deliveryCount <= mostReturns && (await this.#hasOthers())) {
      return message.nak(retryMs);
    }
    const shard: RunningShard = { message };
    this.#running.set(name, shard);
    try {
      const isDone = await this.#answer(work, message.info.deliveryCount);
      if (isDone) shard.message.ack();
      else if (this.#leaving.signal.aborted) shard.message.nak();
    } catch (error) {
      if (!(error instanceof ClusterError))
        this.#options.onLog("shardFailed", { shard: name, error: messageOf(error) });
      shard.message.nak(retryMs);
    } finally {
      this.#running.delete(name);
      this.onFree();
    }
  }

  /** Leaves all shards to other nodes. */
  async handOver(): Promise<void> {
    this.#leaving.abort(new Error("the node leaves the cluster"));
    while (this.#running.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#leaving.abort(new Error("the node has left the cluster"));
  }

  /** @returns whether its results stand, by whomever; false: it was left, or is another's. */
  async #answer(work: ShardWork, deliveries: number): Promise<boolean> {
    const entries = this.#entries;
    const { id, answers, isPresent, onLog } = this.#options;
    const leaving = this.#leaving.signal;
    let claim: StoredShardEntry = { seq: 0, entry: { epoch: 1, node: id, attempts: 1 } };
    let before = id;
    if (deliveries > 1) {
      this.counts.redelivered++;
      const claimed = await this.#claim(work);
      if (claimed === "done") return true;
      ({ claim, before } = claimed);
      const { epoch, attempts } = claim.entry;
      onLog("shardClaimed", { batch: work.batch, shard: work.key, epoch, attempts });
    }
    const shard = await readLarge<Shard>(this.#options, { ...work, label: "in" }, work.shard);
    if (!shard) throw new ClusterError("log_truncated", `parts of the shard ${work.key} are gone`);
    const isInnocent = (): Promise<boolean> => hasOutlived({ id, isPresent, leaving }, before);
    const run = { entries, context: this.#options, answers, work, shard, isInnocent };
    const outcome = await runShard(run, claim, leaving);
    this.counts[outcome === "done" ? "answered" : "fenced"] += outcome === "left" ? 0 : 1;
    if (outcome === "fenced") onLog("shardFenced", { batch: work.batch, shard: work.key, epoch: claim.entry.epoch });
    return outcome === "done";
  }

  /** Of a shard that another node had, which is said too, or this one in an earlier life. */
  async #claim(work: ShardWork): Promise<{ readonly claim: StoredShardEntry; readonly before: string } | "done"> {
    const node = this.#options.id;
    for (;;) {
      const tail = await this.#entries.tail(work);
      if (tail?.entry.lines !== undefined) return "done";
      const { epoch = 1, attempts = 1, alone } = tail?.entry ?? {};
      const entry: ShardEntry = { epoch: epoch + 1, node, attempts: attempts + 1, ...(alone && { alone }) };
      const appended = await this.#entries.append(work, entry, tail?.seq ?? 0);
      if (appended === "conflict") continue;
      return { claim: { seq: appended.seq, entry }, before: tail?.entry.node ?? "" };
    }
  }

  async #hasOthers(): Promise<boolean> {
    const { nodes } = await this.#options.places().catch(() => ({ nodes: 0 }));
    return nodes > 1;
  }

  #keep(): void {
    if (!this.#options.isConnected()) return;
    for (const { message } of this.#running.values()) message.working();
  }
}
