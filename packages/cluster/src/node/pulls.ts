/**
 * Asks the work queue for as many messages as the node has places, never more: what a node cannot begin stays in the queue
 * for others. The server deals messages round robin to the requests that wait, and a node has up to four, for a quarter of its
 * places each: the more places are free, the more it is given.
 */
import type { Consumer, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { setTimeout as sleep } from "node:timers/promises";

const leastExpiresMs = 1000;
const mostExpiresMs = 5000;
const mostAtOnce = 1024;
const mostRequests = 4;
/** Time between two of them, at most. */
const spreadMs = 100;
const retryMs = 250;

export interface PullOptions {
  readonly consumer: Consumer;
  /** Places that the node has, and that are free. */
  readonly capacity: number;
  readonly free: () => number;
  /** Nodes that cannot be reached are dealt nothing when their claims run out: requests wait no longer than a claim. */
  readonly leaseMs: number;
  /** Rejects for what is no work. */
  readonly take: (message: JsMsg) => Promise<void>;
  readonly isConnected: () => boolean;
}

export class Pulls {
  readonly #options: PullOptions;
  readonly #open: Set<ConsumerMessages> = new Set();
  #requests = 0;
  #next: NodeJS.Timeout | undefined;
  /** Messages that the server may still send. */
  #wanted = 0;
  #hasStopped = false;

  constructor(options: PullOptions) {
    this.#options = options;
  }

  /** To be called whenever places may be free. */
  fill(): void {
    const { capacity, free, isConnected } = this.#options;
    if (this.#hasStopped || !isConnected() || this.#requests === mostRequests) return;
    const quarter = Math.min(mostAtOnce, Math.ceil(capacity / mostRequests));
    const count = Math.min(quarter, free() - this.#wanted);
    // While it waits for some, a node does not ask for one at a time.
    if (count < 1 || (count < quarter && this.#wanted > 0)) return;
    void this.#pull(count).finally(() => this.fill());
    // Between the requests of other nodes: what comes at once is dealt to all.
    this.#next ??= setTimeout(() => {
      this.#next = undefined;
      this.fill();
    }, spreadMs * Math.random());
  }

  /** The server may send what it was asked for already: that goes back. */
  stop(): void {
    this.#hasStopped = true;
    clearTimeout(this.#next);
    for (const messages of this.#open) void messages.close();
  }

  async #pull(count: number): Promise<void> {
    const { consumer, leaseMs, take } = this.#options;
    const expires = Math.round(Math.min(mostExpiresMs, Math.max(leastExpiresMs, leaseMs * (0.8 + Math.random() / 5))));
    this.#wanted += count;
    this.#requests++;
    let left = count;
    let messages: ConsumerMessages | undefined;
    try {
      messages = await consumer.fetch({ max_messages: count, expires, idle_heartbeat: expires / 2 });
      this.#open.add(messages);
      if (this.#hasStopped) await messages.close();
      for await (const message of messages) {
        left--;
        this.#wanted--;
        if (this.#hasStopped) message.nak();
        // What is no work is none for other nodes either: it leaves the queue.
        else void take(message).catch(() => message.term());
      }
    } catch {
      // NATS is gone, or has no leader: asked again a little later.
      if (!this.#hasStopped) await sleep(retryMs);
    } finally {
      this.#wanted -= left;
      this.#requests--;
      if (messages) this.#open.delete(messages);
    }
  }
}
