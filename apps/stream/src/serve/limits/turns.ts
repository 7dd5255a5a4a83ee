/**
 * Work that holds up the event loop, one piece at a time, of each client in turn: after one that took long the next waits a
 * multiple of what that took, so that whatever is asked for, most of the loop's time is for the streams that are open.
 */
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "./client.ts";
import { FairQueue } from "./fairQueue.ts";

/** Shorter pieces follow each other in the next turns of the loop. */
const restFromMs = 2;
/** In a turn of the loop, for small pieces. */
const smallMs = 1;

export interface TurnsOptions {
  /** How many times as long as a piece took the next one waits. */
  readonly rest: number;
  /** How long a piece may wait for its turn. */
  readonly patienceMs: number;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting = new FairQueue<() => boolean>();
  #isBusy = false;
  /** When the first small piece of this turn of the loop came. */
  #smallSinceMs: number | undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Pieces that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when it is the client's turn; what follows before it first waits for something else belongs to the turn.
   * @throws ApiError 429 if it does not come in time
   */
  take(client: Client): Promise<void> {
    return new Promise((resolve, reject) => {
      const { patienceMs } = this.#options;
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        const message = `the server did not come to this request within ${patienceMs} ms: try again later`;
        reject(new ApiError(429, message, { code: "queue_timeout", retryAfterSeconds: 1 }));
      }, patienceMs);
      this.#waiting.push(client, () => {
        if (isLate) return false;
        clearTimeout(timer);
        resolve();
        return true;
      });
      this.#next();
    });
  }

  /**
   * The same for a piece of some microseconds; undefined if it need not wait. In a turn of the loop there is a millisecond
   * for all of them, so that a flood of small ones is no more than one large one.
   */
  takeSmall(client: Client): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#smallSinceMs === undefined) this.#beginSmall(nowMs);
    return nowMs - this.#smallSinceMs! < smallMs ? undefined : this.take(client);
  }

  #beginSmall(nowMs: number): void {
    this.#smallSinceMs = nowMs;
    setImmediate(() => (this.#smallSinceMs = undefined));
  }

  #next(): void {
    while (!this.#isBusy && this.#waiting.length > 0) {
      const startMs = performance.now();
      if (!this.#waiting.shift()!()) continue;
      this.#isBusy = true;
      if (this.#smallSinceMs !== undefined) this.#smallSinceMs = startMs;
      setImmediate(() => {
        const tookMs = performance.now() - startMs;
        if (tookMs < restFromMs) this.#rested();
        else setTimeout(() => this.#rested(), this.#options.rest * tookMs);
      });
    }
  }

  #rested(): void {
    this.#isBusy = false;
    this.#next();
  }
}
