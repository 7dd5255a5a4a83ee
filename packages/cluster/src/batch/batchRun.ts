/**
 * A batch from the side of its owner: puts shards into the work queue, a bounded number at a time, and gives their results in
 * order, each once. It keeps nothing that does not follow from the requests and from what stands in NATS: another process goes on
 * where this one was killed, and one that does not know yet finds that the batch is not its own any more.
 */
import { setMaxListeners } from "node:events";
import { headers } from "@nats-io/transport-node";
import { setTimeout as sleep } from "node:timers/promises";
import { append, reached } from "../log/append.ts";
import { ClusterError } from "../errors.ts";
import { decode, encode } from "../wire/codec.ts";
import { cutShards, nameShard, type NamedShard, shardItems } from "./cutShards.ts";
import type { BatchContext } from "./batchContext.ts";
import { readLast } from "./parts.ts";
import type { BatchItem, BatchSettings } from "@tokenmill/core";
import { type ShardEntry, statusHeader } from "./shard.ts";
import { ShardEntries } from "./shardEntries.ts";
import { ShardQueue } from "./shardQueue.ts";
import { watchBatch } from "./watchBatch.ts";

export interface BatchOptions {
  /** Its name: letters, digits, `-` and `_`. Results of an earlier run under the name are used where the requests are the same. */
  readonly batch: string;
  readonly settings: BatchSettings;
  readonly signal: AbortSignal;
  /** Which requests another node answers again. Absent: none. */
  readonly isVerified?: (item: BatchItem) => boolean;
  /** Called for each of these. */
  readonly onVerified?: (item: BatchItem, isSame: boolean) => void;
  /** Called while nothing comes, with the number of processes that are there. */
  readonly onWait?: (nodes: number) => void;
}

interface OpenShard extends NamedShard {
  /** Resolved when results may stand. */
  news: Promise<void>;
  onNews: () => void;
  readonly notBy?: string;
}

const ownerKey = "owner";
/** Silence after which it is looked whether something was lost. */
const silenceMs = 3000;
const placesEveryMs = 5000;
const [leastOpen, mostOpen] = [16, 2048];
/** Shards that are open for each that nodes can make at a time. */
const ahead = 4;
const mostVerifying = 32;

export class BatchRun {
  readonly #context: BatchContext;
  readonly #options: BatchOptions;
  readonly #queue: ShardQueue;
  readonly #entries: ShardEntries;
  readonly #open: Map<string, OpenShard> = new Map();
  readonly #verifying: Set<Promise<void>> = new Set();
  /** Subjects that had an entry at the begin. */
  #known: ReadonlySet<string> = new Set();
  readonly #stop: AbortController = new AbortController();
  readonly #signal: AbortSignal;
  #places = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(context: BatchContext, options: BatchOptions) {
    this.#context = context;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    // Every open shard listens to it.
    setMaxListeners(0, this.#signal);
    this.#queue = new ShardQueue(context, options.batch, this.#signal);
    this.#entries = new ShardEntries(context);
  }

  /**
   * Results of consecutive requests, in their order. What was given is given up when the next is asked for.
   * @throws what the signal says; ClusterError `cluster_unavailable`, `batch_taken`
   */
  async *results(items: AsyncIterable<BatchItem>): AsyncGenerator<readonly string[], void> {
    const endWatch = await this.#watch(await this.#own());
    let isDone = false;
    try {
      await this.#lookBack();
      const shards = cutShards(items, this.#options.settings);
      const order: OpenShard[] = [];
      let isOver = false;
      for (;;) {
        const most = this.#mostOpen;
        while (!isOver && order.length < most) {
          const { done, value } = await shards.next();
          if (done) isOver = true;
          else order.push(this.#start(value));
        }
        const head = order.shift();
        if (!head) break;
        const { entry, lines } = await this.#finish(head);
        yield lines;
        await this.#verify(head, entry, lines);
        this.#remove(head);
      }
      await Promise.all(this.#verifying);
      isDone = true;
    } finally {
      this.#stop.abort(new Error("the batch has ended"));
      await endWatch();
      // What is in the queue of a batch that was taken is its new owner's.
      if (!this.#isTaken) await this.#end(isDone).catch(() => undefined);
    }
  }

  get #isTaken(): boolean {
    const { reason } = this.#stop.signal as { readonly reason: unknown };
    return reason instanceof ClusterError && reason.code === "batch_taken";
  }

  #watch(epoch: string): Promise<() => Promise<void>> {
    const { batch } = this.#options;
    return watchBatch(this.#context, batch, ({ key, status }) => {
      if (key === ownerKey && status !== epoch) {
        this.#stop.abort(new ClusterError("batch_taken", `another process goes on with the batch ${batch}`));
      }
      if (status === "done") this.#open.get(key)?.onNews();
    });
  }

  /** Shards that an earlier run left in the queue are put there again, those without results. */
  async #lookBack(): Promise<void> {
    const { jsm, names } = this.#context;
    await this.#queue.clear();
    const filter = names.resultSubject(this.#options.batch, "*");
    const { state } = await reached(jsm.streams.info(names.resultStream, { subjects_filter: filter }));
    this.#known = new Set(Object.keys(state.subjects ?? {}));
  }

  /** @returns the epoch, as the header of its entry says it */
  async #own(): Promise<string> {
    const { js, jsm, names, id } = this.#context;
    const subject = names.resultSubject(this.#options.batch, ownerKey);
    for (;;) {
      const tail = await readLast(jsm, names.resultStream, subject);
      const epoch = (tail ? decode<{ epoch: number }>(tail.data).epoch : 0) + 1;
      const status = headers();
      status.set(statusHeader, `owner ${epoch}`);
      const after = tail?.seq ?? 0;
      const appended = await append(js, subject, encode({ epoch, node: id }), { after, headers: status });
      if (appended !== "conflict") return `owner ${epoch}`;
    }
  }

  /** More, the more nodes can make at a time. It is looked at from time to time, and nothing waits for it. */
  get #mostOpen(): number {
    if (performance.now() - this.#lookedMs > placesEveryMs) {
      this.#lookedMs = performance.now();
      const note = ({ places }: { readonly places: number }): void => void (this.#places = places);
      this.#context.places().then(note, () => undefined);
    }
    return Math.min(mostOpen, Math.max(leastOpen, Math.ceil((ahead * this.#places) / shardItems)));
  }

  #start(named: NamedShard, notBy?: string): OpenShard {
    const open: OpenShard = { ...named, ...(notBy !== undefined && { notBy }), news: Promise.resolve(), onNews() {} };
    rearm(open);
    this.#open.set(named.key, open);
    const isKnown = this.#known.has(this.#context.names.resultSubject(this.#options.batch, named.key));
    if (isKnown) open.onNews();
    else this.#put(open);
    return open;
  }

  #put({ key, shard, notBy }: OpenShard): void {
    // It fails with the signal alone, and then what waits for the results does too.
    this.#queue.put(key, shard, notBy).catch((error: unknown) => this.#stop.abort(error));
  }

  /** Waits for the results of a shard; puts it into the queue again if it is lost. */
  async #finish(open: OpenShard): Promise<{ entry: ShardEntry; lines: readonly string[] }> {
    const place = { batch: this.#options.batch, key: open.key };
    for (;;) {
      const isNews = await this.#news(open);
      this.#signal.throwIfAborted();
      rearm(open);
      try {
        const tail = await this.#entries.tail(place);
        const lines = tail && (await this.#entries.lines(place, tail.entry));
        if (lines) {
          this.#open.delete(open.key);
          return { entry: tail.entry, lines };
        }
        if (!isNews) this.#options.onWait?.((await this.#context.places()).nodes);
        if (await this.#queue.isGone(open.key)) this.#put(open);
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        await sleep(silenceMs, undefined, { signal: this.#signal }).catch(() => undefined);
      }
    }
  }

  /** False: there was none for some time. */
  async #news(open: OpenShard): Promise<boolean> {
    const timeout = new AbortController();
    const silence = sleep(silenceMs, false, { signal: AbortSignal.any([timeout.signal, this.#signal]) });
    try {
      return await Promise.race([open.news.then(() => true), silence.catch(() => false)]);
    } finally {
      timeout.abort();
    }
  }

  async #verify({ key, shard }: OpenShard, { node }: ShardEntry, lines: readonly string[]): Promise<void> {
    const { isVerified, onVerified } = this.#options;
    const chosen = shard.items.flatMap((item, i) => (isVerified?.(item) ? [{ item, line: lines[i]! }] : []));
    if (chosen.length === 0) return;
    const again = nameShard(0, { ...shard, items: chosen.map(({ item }) => item) });
    const open = this.#start({ ...again, key: `${key}-again` }, node);
    const verifying = this.#finish(open).then(({ lines: second }) => {
      for (const [i, { item, line }] of chosen.entries()) onVerified?.(item, second[i] === line);
      this.#remove(open);
    });
    this.#verifying.add(verifying);
    verifying.finally(() => this.#verifying.delete(verifying)).catch((error: unknown) => this.#stop.abort(error));
    if (this.#verifying.size >= mostVerifying) await Promise.race(this.#verifying);
  }

  /** Of what was given: nobody reads it again. What cannot be removed is forgotten by NATS in time. */
  #remove({ key }: OpenShard): void {
    const { jsm, names } = this.#context;
    const filter = names.resultSubject(this.#options.batch, key);
    jsm.streams.purge(names.resultStream, { filter }).catch(() => undefined);
  }

  async #end(isDone: boolean): Promise<void> {
    const { jsm, names } = this.#context;
    const { batch } = this.#options;
    await this.#queue.clear();
    if (!isDone) return;
    for (const filter of [names.resultSubject(batch, "*"), names.partSubject(batch, "*", "*")]) {
      await jsm.streams.purge(names.resultStream, { filter });
    }
  }
}

function rearm(open: OpenShard): void {
  open.news = new Promise((resolve) => (open.onNews = resolve));
}
