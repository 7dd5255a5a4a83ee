/**
 * Asks the work queue for as many messages as the node has places, never more: what a node cannot begin stays in the queue
 * for others. The server deals messages round robin to the nodes that wait.
 */
import type { Consumer, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { setTimeout as sleep } from "node:timers/promises";

const expiresMs = 5000;
const mostAtOnce = 1024;
const retryMs = 250;

export interface PullOptions {
  readonly consumer: Consumer;
  /** Places that are free. */
  readonly free: () => number;
  readonly take: (message: JsMsg) => Promise<void>;
  readonly isConnected: () => boolean;
}

export class Pulls {
  readonly #options: PullOptions;
  readonly #open: Set<ConsumerMessages> = new Set();
  /** Messages that the server may still send. */
  #wanted = 0;
  #hasStopped = false;

  constructor(options: PullOptions) {
    this.#options = options;
  }

  /** To be called whenever places may be free. */
  fill(): void {
    const { free, isConnected } = this.#options;
    if (this.#hasStopped || !isConnected()) return;
    const count = Math.min(mostAtOnce, free() - this.#wanted);
    // In one request what can be, so that a busy node does not ask for one at a time.
    if (count >= 1) void this.#pull(count).finally(() => this.fill());
  }

  /** The server may send what it was asked for already: that goes back. */
  stop(): void {
    this.#hasStopped = true;
    for (const messages of this.#open) void messages.close();
  }

  async #pull(count: number): Promise<void> {
    const { consumer, take } = this.#options;
    this.#wanted += count;
    let left = count;
    let messages: ConsumerMessages | undefined;
    try {
      messages = await consumer.fetch({ max_messages: count, expires: expiresMs, idle_heartbeat: 1000 });
      this.#open.add(messages);
      if (this.#hasStopped) await messages.close();
      for await (const message of messages) {
        left--;
        this.#wanted--;
        if (this.#hasStopped) message.nak();
        else void take(message);
      }
    } catch {
      // NATS is gone, or has no leader: asked again a little later.
      if (!this.#hasStopped) await sleep(retryMs);
    } finally {
      this.#wanted -= left;
      if (messages) this.#open.delete(messages);
    }
  }
}
