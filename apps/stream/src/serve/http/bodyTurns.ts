/**
 * Large bodies one at a time, each followed by a rest as long as it took: whatever they ask for, at least half of the
 * event loop's time is for the streams that are open. What waits, or is still on its way, is bounded.
 */
import { ApiError } from "../errors/apiError.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** Smaller ones are dealt with at once; a body of that size takes about a millisecond. */
export const largeBodyBytes: number = 32 * 1024;

export class BodyTurns {
  readonly #limitBytes: number;
  readonly #metrics: Metrics;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;
  #reservedBytes = 0;

  /** @param limitBytes of all large bodies together that are on their way or wait */
  constructor(limitBytes: number, metrics: Metrics) {
    this.#limitBytes = limitBytes;
    this.#metrics = metrics;
  }

  /** The function that gives the bytes back; safe to call twice. @throws ApiError 429 if there is no room for them. */
  reserve(sizeBytes: number): () => void {
    if (this.#reservedBytes + sizeBytes > this.#limitBytes) {
      this.#metrics.rejected();
      const message = "the server has as many large bodies under way as it can hold: try again later";
      throw new ApiError(429, message, { code: "memory_full", retryAfterSeconds: 1 });
    }
    let reservedBytes = sizeBytes;
    this.#reservedBytes += reservedBytes;
    return () => {
      this.#reservedBytes -= reservedBytes;
      reservedBytes = 0;
    };
  }

  /** Calls `handle` when it is its turn; what it does before it first waits for something belongs to the turn. */
  take(handle: () => void): void {
    this.#waiting.push(handle);
    this.#next();
  }

  #next(): void {
    const handle = this.#isBusy ? undefined : this.#waiting.shift();
    if (!handle) return;
    this.#isBusy = true;
    const startMs = performance.now();
    setImmediate(() => setTimeout(() => this.#rested(), performance.now() - startMs));
    handle();
  }

  #rested(): void {
    this.#isBusy = false;
    this.#next();
  }
}
