/** Clients that wait for one thing after the other, round robin and with a timeout. */
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "./client.ts";
import { FairQueue } from "./fairQueue.ts";

export class Waiting<T> {
  readonly #what: string;
  readonly #timeoutMs: number;
  readonly #queue = new FairQueue<(value: T) => boolean>();

  /**
   * @param what they wait for, for the message
   * @param timeoutMs longest wait; Infinity: no limit
   */
  constructor(what: string, timeoutMs: number) {
    this.#what = what;
    this.#timeoutMs = timeoutMs;
  }

  /** Those that wait, and those that have timed out and are not removed yet. */
  get length(): number {
    return this.#queue.length;
  }

  /** @throws ApiError 429 after the timeout */
  wait(client: Client): Promise<T> {
    return new Promise((resolve, reject) => {
      let hasLeft = false;
      const giveUp = (): void => {
        hasLeft = true;
        const message = `${this.#what} did not come within ${this.#timeoutMs} ms: try again later`;
        reject(new ApiError(429, message, { code: "queue_timeout", retryAfterSeconds: 1 }));
      };
      const timer = Number.isFinite(this.#timeoutMs) ? setTimeout(giveUp, this.#timeoutMs) : undefined;
      this.#queue.push(client, (value) => {
        clearTimeout(timer);
        if (!hasLeft) resolve(value);
        return !hasLeft;
      });
    });
  }

  /** Gives the value to the next one; false if none waits. */
  give(value: T): boolean {
    for (let take = this.#queue.shift(); take; take = this.#queue.shift()) if (take(value)) return true;
    return false;
  }
}
