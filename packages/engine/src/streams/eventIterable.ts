/** A sequence as an async iterable: pulled, with bounded buffering. */
import type { TokenEvent } from "@tokenmill/core";
import { EventBuffer, type OpenSequence } from "./eventBuffer.ts";

interface Waiter {
  resolve(result: IteratorResult<TokenEvent, undefined>): void;
  reject(error: unknown): void;
}

/** Cold: each iterator opens its own sequence at its first `next()`; `return()` cancels it. */
export class EventIterable implements AsyncIterable<TokenEvent> {
  readonly #open: OpenSequence;
  readonly #size: number;

  constructor(open: OpenSequence, size: number) {
    this.#open = open;
    this.#size = size;
  }

  [Symbol.asyncIterator](): AsyncIterator<TokenEvent, undefined> {
    return new EventIterator(new EventBuffer(this.#open, this.#size));
  }
}

class EventIterator implements AsyncIterator<TokenEvent, undefined> {
  readonly #buffer: EventBuffer;
  readonly #waiters: Waiter[] = [];

  constructor(buffer: EventBuffer) {
    this.#buffer = buffer;
    buffer.onChange = () => this.#settle();
  }

  next(): Promise<IteratorResult<TokenEvent, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#settle();
    });
  }

  return(): Promise<IteratorResult<TokenEvent, undefined>> {
    this.#buffer.cancel();
    this.#settle();
    return Promise.resolve({ done: true, value: undefined });
  }

  #settle(): void {
    while (this.#waiters.length > 0) {
      const event = this.#buffer.take();
      if (event === undefined && !this.#buffer.isDone) return;
      const waiter = this.#waiters.shift()!;
      if (event) waiter.resolve({ done: false, value: event });
      else if (this.#buffer.failure) {
        const { value } = this.#buffer.failure;
        // As of a generator: the error is thrown once, afterwards the iterator is done.
        this.#buffer.cancel();
        waiter.reject(value);
      } else waiter.resolve({ done: true, value: undefined });
    }
  }
}
