/**
 * The body of a request as it comes: never ahead of its reader, not longer than it may be, not slower than it must be. What
 * is left of it when the answer has been sent is read and dropped, so that the connection can be used again; a bound of
 * bytes and time on that ends connections that go on regardless (RFC 9112 §9.3).
 */
import type { IncomingMessage } from "node:http";
import { ApiError } from "../errors/apiError.ts";
import { type PaceLimits, UploadPace } from "../limits/uploadPace.ts";

/** After the answer. */
const mostDroppedBytes = 2 ** 23;
const longestDropMs = 5000;

export interface UploadLimits extends PaceLimits {
  readonly limitBytes: number;
}

export class UploadedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #message: IncomingMessage;
  readonly #limits: UploadLimits;
  #isAttached = false;
  #chunk: Buffer | undefined;
  #hasEnded = false;
  #isDropping = false;
  #failure: ApiError | undefined;
  #wake: (() => void) | undefined;
  readonly #pace: UploadPace;

  constructor(message: IncomingMessage, limits: UploadLimits) {
    this.#message = message;
    this.#limits = limits;
    this.#pace = new UploadPace(limits, () => {
      const got = `at least ${limits.minUploadBytesPerSecond} bytes a second, got ${this.#pace.receivedBytes} in all`;
      this.#fail(new ApiError(408, `the body expected ${got}`, { code: "upload_too_slow" }));
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next bytes. One call at a time. @throws ApiError 413, 408 if they come too slowly, 400 if the client has left */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#attach();
    if (!this.#isReady) await this.#more();
    if (this.#failure) throw this.#failure;
    const value = this.#chunk;
    this.#chunk = undefined;
    return value ? { done: false, value } : { done: true, value: undefined };
  }

  /** Reads the rest for nothing. */
  drop(): void {
    const message = this.#message;
    if (this.#isDropping || message.readableEnded || message.destroyed) return;
    this.#attach();
    this.#isDropping = true;
    this.#pace.reset();
    if (!message.complete) {
      const timer = setTimeout(() => message.socket.destroy(), longestDropMs);
      message.once("end", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
    }
    message.resume();
  }

  get #isReady(): boolean {
    return this.#chunk !== undefined || this.#hasEnded || this.#failure !== undefined;
  }

  #attach(): void {
    if (this.#isAttached) return;
    this.#isAttached = true;
    const gone = (): void => {
      this.#fail(new ApiError(400, "the client left before its body had come", { code: "client_gone" }));
    };
    this.#message
      .pause()
      .on("data", (chunk: Buffer) => this.#received(chunk))
      .on("end", () => this.#ended())
      .on("error", gone)
      .on("close", gone);
    const length = Number(this.#message.headers["content-length"] ?? 0);
    if (length > this.#limits.limitBytes) this.#fail(this.#tooLarge());
    else if (this.#message.readableEnded) this.#ended();
    else if (this.#message.destroyed) gone();
  }

  #received(chunk: Buffer): void {
    this.#pace.received(chunk.length);
    if (this.#isDropping) {
      if (this.#pace.receivedBytes > mostDroppedBytes) this.#message.socket.destroy();
      return;
    }
    this.#message.pause();
    if (this.#pace.receivedBytes > this.#limits.limitBytes) return this.#fail(this.#tooLarge());
    // Bytes that were on their way when the reading stopped.
    this.#chunk = this.#chunk ? Buffer.concat([this.#chunk, chunk]) : chunk;
    this.#wake?.();
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  #fail(error: ApiError): void {
    if (this.#hasEnded) return;
    this.#failure ??= error;
    this.#wake?.();
  }

  #tooLarge(): ApiError {
    return new ApiError(413, `the body expected at most ${this.#limits.limitBytes} bytes`, { code: "body_too_large" });
  }

  #more(): Promise<void> {
    this.#pace.wait();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        this.#pace.stop();
        resolve();
      };
      this.#message.resume();
    });
  }
}
