/**
 * Runs requests through the engine, a bounded number at a time. Each sequence is pulled by its own loop, which waits
 * for the output: a full output pauses sequences one by one as their buffers fill, and nothing grows without limit.
 */
import type { TokenEvent } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import type { GoodItem, RequestItem } from "./requestItem.ts";
import type { RunningSequence } from "./runningSequence.ts";
import type { RunObserver } from "./runObserver.ts";

export interface RunOptions {
  readonly engine: Engine;
  readonly items: AsyncIterable<RequestItem>;
  /** Most sequences that are open at a time. */
  readonly concurrency: number;
  readonly observers: readonly RunObserver[];
  /** Ends the run: open sequences are cancelled. The items must come to an end by it too. */
  readonly signal: AbortSignal;
}

/** Resolves when all items are done, or the signal came and everything has stopped. @throws what reading the items throws. */
export async function runRequests(options: RunOptions): Promise<void> {
  const { items, concurrency, signal } = options;
  const run = new Run(options);
  const iterator = items[Symbol.asyncIterator]();
  let isExhausted = false;
  const lane = async (): Promise<void> => {
    while (!isExhausted && !signal.aborted) {
      const { done, value } = await iterator.next();
      if (done) isExhausted = true;
      else await run.item(value);
    }
  };
  // Every lane comes to its end before an error is thrown: what is open is finished.
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, lane));
  const failure = ends.find((end) => end.status === "rejected");
  if (failure && !signal.aborted) throw failure.reason;
}

class Run {
  readonly #engine: Engine;
  readonly #observers: readonly RunObserver[];
  readonly #signal: AbortSignal;
  readonly #open: Set<AsyncIterator<TokenEvent>> = new Set();
  readonly #hasText: boolean;

  constructor({ engine, observers, signal }: RunOptions) {
    this.#engine = engine;
    this.#observers = observers;
    this.#signal = signal;
    this.#hasText = engine.source.tokenizer !== undefined;
    signal.addEventListener("abort", () => {
      for (const events of this.#open) void events.return?.();
    });
  }

  async item(item: RequestItem): Promise<void> {
    if (this.#signal.aborted) return;
    if ("request" in item) await this.#sequence(item);
    else await this.#failed(item, item.error, undefined);
  }

  async #sequence(item: GoodItem): Promise<void> {
    const sequence: RunningSequence = { item, text: "", tokenCount: 0, lastEventMs: performance.now() };
    const events = this.#engine.stream(item.request)[Symbol.asyncIterator]();
    this.#open.add(events);
    for (const observer of this.#observers) observer.opened?.(sequence);
    try {
      for (let isLast = false; !isLast; ) {
        const { done, value } = await events.next();
        if (done) break;
        isLast = value.finishReason !== undefined;
        const written = this.#event(sequence, value);
        if (written) await written;
        if (isLast) return;
      }
      for (const observer of this.#observers) observer.cancelled?.(sequence);
    } catch (error) {
      await this.#failed(item, error, sequence);
    } finally {
      this.#open.delete(events);
      void events.return?.();
    }
  }

  #event(sequence: RunningSequence, event: TokenEvent): Promise<void> | undefined {
    const nowMs = performance.now();
    sequence.text += this.#hasText ? event.text : `${sequence.tokenCount > 0 ? " " : ""}${event.tokenId}`;
    sequence.tokenCount++;
    let written: Promise<void> | undefined;
    for (const observer of this.#observers) written = observer.event?.(sequence, event, nowMs) ?? written;
    sequence.lastEventMs = nowMs;
    return written;
  }

  async #failed(item: RequestItem, error: unknown, sequence: RunningSequence | undefined): Promise<void> {
    for (const observer of this.#observers) await observer.failed?.(item, error, sequence);
  }
}
