/**
 * An HTTP response of server-sent events. The head is written with the first event, so that what fails before it gets
 * a status of its own. A client that reads slower than events come makes `write` false until `onDrain`.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

export interface SseResponseOptions {
  readonly response: ServerResponse;
  /** Headers besides the stream's own. */
  readonly headers: () => OutgoingHttpHeaders;
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

  constructor(options: SseResponseOptions) {
    this.#options = options;
    options.response.on("drain", this.#drained).on("close", this.#closed).on("error", this.#closed);
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** False: the client is behind, write no more until `onDrain`. */
  write(text: string): boolean {
    if (this.#hasEnded) return true;
    const { response, headers } = this.#options;
    if (!this.#isStarted) {
      this.#isStarted = true;
      response.writeHead(200, { ...headers(), ...streamHeaders });
    }
    return response.write(text);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.response.end();
  }

  readonly #drained = (): void => this.#options.onDrain();

  readonly #closed = (): void => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onGone();
  };
}
