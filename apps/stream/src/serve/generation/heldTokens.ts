/**
 * Bounds the memory of answers that are given whole, and of prompts while they are scored: what a request may come to
 * hold is reserved when it begins. The unit is one token or one of its most probable alternatives, about 100 bytes each.
 */
import type { GenerateRequest } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import type { Metrics } from "../metrics/metrics.ts";

export class HeldTokens {
  readonly #limit: number;
  readonly #metrics: Metrics;
  #reserved = 0;

  constructor(limit: number, metrics: Metrics) {
    this.#limit = limit;
    this.#metrics = metrics;
  }

  /** The function that gives them back. @throws ApiError 400 for more than there ever are, 429 for more than there are now. */
  reserve(count: number): () => void {
    if (count > this.#limit) {
      const message = `an answer without "stream", or a scored prompt, expected at most ${this.#limit} tokens with their log-probabilities, ${count} were asked for`;
      throw new ApiError(400, message, { param: "max_tokens", code: "answer_too_large" });
    }
    if (this.#reserved + count > this.#limit) {
      this.#metrics.rejected();
      const message = "the server holds as many answers as it can: try again later, or stream";
      throw new ApiError(429, message, { code: "memory_full", retryAfterSeconds: 1 });
    }
    this.#reserved += count;
    return () => {
      this.#reserved -= count;
    };
  }
}

/** What the scores of a request's prompt come to. */
export function scoredTokens({ prompt, promptLogprobs }: GenerateRequest): number {
  if (promptLogprobs === undefined || !prompt) return 0;
  // Out of range: refused when it is opened.
  return prompt.length * (1 + (Number.isFinite(promptLogprobs) ? Math.max(0, promptLogprobs) : 0));
}
