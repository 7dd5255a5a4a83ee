/** A sequence as a Node stream of event objects. */
import { errorOf } from "@tokenmill/check";
import { Readable } from "node:stream";
import { EventBuffer, type OpenSequence } from "./eventBuffer.ts";

/**
 * Cold: the sequence opens at the first read; `destroy()` cancels it. Node's own buffer holds one event, so that an
 * error, which makes Node drop its buffer, comes after all events.
 */
export class EventReadable extends Readable {
  readonly #events: EventBuffer;
  #isWanted = false;

  constructor(open: OpenSequence, size: number) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#events = new EventBuffer(open, size);
    this.#events.onChange = () => {
      if (this.#isWanted) this.#deliver();
    };
  }

  override _read(): void {
    this.#isWanted = true;
    this.#deliver();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#events.cancel();
    callback(error);
  }

  #deliver(): void {
    const event = this.#events.take();
    if (event === undefined && !this.#events.isDone) return;
    this.#isWanted = false;
    if (event) this.push(event);
    else if (this.#events.failure) {
      const { value } = this.#events.failure;
      // Not now: a `read()` that led here has yet to deliver the event before the error.
      process.nextTick(() => this.destroy(errorOf(value)));
    } else this.push(null);
  }
}
