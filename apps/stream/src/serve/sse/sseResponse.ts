/**
 * An HTTP response of server-sent events. The head is written with the first event, so that what fails before it gets
 * a status of its own. A client that reads slower than events come makes `write` false until `onDrain`; one that does
 * not read at all for the stall timeout is cut off.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

export interface SseResponseOptions {
  readonly response: ServerResponse;
  /** Headers besides the stream's own. */
  readonly headers: () => OutgoingHttpHeaders;
  readonly stallTimeoutMs: number;
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
  #stall: NodeJS.Timeout | undefined;

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
    const { response, headers, stallTimeoutMs } = this.#options;
    if (!this.#isStarted) {
      this.#isStarted = true;
      response.writeHead(200, { ...headers(), ...streamHeaders });
    }
    if (response.write(text)) return true;
    this.#stall ??= setTimeout(() => response.destroy(), stallTimeoutMs);
    return false;
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { response, stallTimeoutMs } = this.#options;
    // What is left must get out in time as well.
    this.#stall ??= setTimeout(() => response.destroy(), stallTimeoutMs);
    response.end();
  }

  readonly #drained = (): void => {
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#options.onDrain();
  };

  readonly #closed = (): void => {
    clearTimeout(this.#stall);
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onGone();
  };
}
