/** Clients that wait for one thing after the other, round robin and with a timeout. */
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "./client.ts";
import { FairQueue } from "./fairQueue.ts";

interface Waiter<T> {
  /** False: it has left. */
  take(value: T): boolean;
  fail(error: Error): void;
}

export class Waiting<T> {
  readonly #what: string;
  readonly #timeoutMs: number;
  readonly #queue = new FairQueue<Waiter<T>>();

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
      const fail = (error: Error): void => {
        clearTimeout(timer);
        hasLeft = true;
        reject(error);
      };
      const giveUp = (): void => {
        const message = `${this.#what} did not come within ${this.#timeoutMs} ms: try again later`;
        fail(new ApiError(429, message, { code: "queue_timeout", retryAfterSeconds: 1 }));
      };
      const timer = Number.isFinite(this.#timeoutMs) ? setTimeout(giveUp, this.#timeoutMs) : undefined;
      const take = (value: T): boolean => {
        clearTimeout(timer);
        if (!hasLeft) resolve(value);
        return !hasLeft;
      };
      this.#queue.push(client, { take, fail });
    });
  }

  /** Gives the value to the next one; false if none waits. */
  give(value: T): boolean {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) if (next.take(value)) return true;
    return false;
  }

  /** Nothing comes any more. */
  fail(error: Error): void {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next.fail(error);
  }
}
