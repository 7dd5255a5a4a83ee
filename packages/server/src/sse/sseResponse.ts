/**
 * An HTTP response of server-sent events. The head is written with the first event, so that what fails before it gets
 * a status of its own. A client that reads slower than events come makes `write` false until `onDrain`.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { atEnd } from "../answers/atEnd.ts";
import type { Claim } from "../limits/shares.ts";

export interface SseResponseOptions {
  readonly response: ServerResponse;
  /** Headers besides the stream's own. */
  readonly headers: () => OutgoingHttpHeaders;
  /** Of what the client has not read. */
  readonly unread: Claim;
  /** The client reads again. */
  readonly onDrain: () => void;
  /** The connection is gone before `end`. */
  readonly onGone: () => void;
}

const streamHeaders: OutgoingHttpHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // Proxies such as nginx must not collect events.
  "x-accel-buffering": "no",
};

export class SseResponse {
  readonly #options: SseResponseOptions;
  #isStarted = false;
  #hasEnded = false;
  #onDrained: (() => void) | undefined;

  constructor(options: SseResponseOptions) {
    this.#options = options;
    options.response.on("drain", this.#drained).on("error", this.#closed);
    atEnd(options.response, this.#closed);
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when the client has taken what was written, or has left. */
  drained(): Promise<void> {
    if (this.#hasEnded || !this.#options.response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => (this.#onDrained = resolve));
  }

  /** False: the client is behind, write no more until `onDrain`. */
  write(text: string): boolean {
    if (this.#hasEnded) return true;
    const { response, headers, unread } = this.#options;
    if (!this.#isStarted) {
      this.#isStarted = true;
      response.writeHead(200, { ...headers(), ...streamHeaders });
    }
    if (response.write(text)) return true;
    try {
      unread.resize(response.writableLength);
    } catch {
      // Its client has as much unread as it may have.
      response.destroy();
    }
    return false;
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.response.end();
  }

  readonly #drained = (): void => {
    this.#options.unread.resize(0);
    this.#onDrained?.();
    this.#options.onDrain();
  };

  readonly #closed = (): void => {
    this.#options.unread.release();
    this.#onDrained?.();
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onGone();
  };
}
