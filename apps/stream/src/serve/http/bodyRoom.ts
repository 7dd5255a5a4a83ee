/** Room for large JSON bodies that are on their way or wait for their turn. */
import { ApiError } from "../errors/apiError.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** Smaller ones are dealt with at once; a body of that size takes about a millisecond. */
export const largeBodyBytes: number = 32 * 1024;

export class BodyRoom {
  readonly #limitBytes: number;
  readonly #metrics: Metrics;
  #reservedBytes = 0;

  /** @param limitBytes of all large bodies together */
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
}
