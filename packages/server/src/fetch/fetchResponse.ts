/**
 * The response that the routes write, as a `Response` of the Fetch standard. Its body goes on when its reader asks: what is
 * written meanwhile waits, and the writer hears of it as it would of a slow connection. A reader that cancels has left.
 */
import { Writable } from "node:stream";
import type { FetchConnection } from "./fetchConnection.ts";
import type { FetchRequest } from "./fetchRequest.ts";

type HeaderValue = string | number | readonly string[];

/** Of a body that is longer than what its reader asked for. */
const unreadBytes = 16_384;
/** A client that left before its answer began; nobody reads it. */
const clientGone = 499;
/** Which connection the answer travels on is not for the routes to say. */
const ofConnections = new Set(["connection", "keep-alive", "transfer-encoding"]);
const withoutBody = new Set([101, 204, 205, 304]);

export class FetchResponse extends Writable {
  statusCode = 200;
  headersSent = false;
  readonly req: FetchRequest;
  /** Once the head is there. */
  readonly response: Promise<Response>;
  readonly #headers: Map<string, HeaderValue> = new Map();
  #respond!: (response: Response) => void;
  #hasBegun = false;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Says that the reader wants more. */
  #wanted: (() => void) | undefined;

  constructor(request: FetchRequest) {
    super({ highWaterMark: unreadBytes });
    this.req = request;
    this.response = new Promise((resolve) => (this.#respond = resolve));
    this.socket.once("close", () => this.destroy());
  }

  get socket(): FetchConnection {
    return this.req.socket;
  }

  setHeader(name: string, value: HeaderValue): this {
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  getHeaders(): Record<string, HeaderValue> {
    return Object.fromEntries(this.#headers);
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  writeHead(statusCode: number, headers: Readonly<Record<string, HeaderValue | undefined>> = {}): this {
    this.statusCode = statusCode;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) this.setHeader(name, value);
    this.headersSent = true;
    return this;
  }

  override _write(chunk: Uint8Array, _encoding: string, written: (error?: Error | null) => void): void {
    this.socket.bytesWritten += chunk.length;
    this.socket.writableLength = this.writableLength;
    if (!this.#body && !this.#begin(chunk)) return written();
    this.#body!.enqueue(chunk);
    const taken = (): void => {
      this.socket.writableLength = this.writableLength - chunk.length;
      written();
    };
    if (this.#body!.desiredSize! > 0) taken();
    else this.#wanted = taken;
  }

  override _final(ended: (error?: Error | null) => void): void {
    if (!this.#body) this.#begin();
    this.#body?.close();
    ended();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Resolved already, if it has begun.
    this.#respond(new Response(null, { status: clientGone }));
    if (!this.writableFinished) {
      try {
        this.#body?.error(error ?? new DOMException("the answer was cut", "AbortError"));
      } catch {
        // Its reader has cancelled it.
      }
    }
    this.#wanted = undefined;
    callback(error);
    this.socket.destroy();
  }

  /** False: that was all of the body, or there is none. */
  #begin(first?: Uint8Array): boolean {
    if (this.#hasBegun) return false;
    this.#hasBegun = true;
    this.headersSent = true;
    const headers = new Headers();
    for (const [name, value] of this.#headers) {
      if (ofConnections.has(name)) continue;
      for (const each of [value].flat()) headers.append(name, String(each));
    }
    const init = { status: this.statusCode, headers };
    if (this.req.method === "HEAD" || withoutBody.has(this.statusCode)) {
      this.#respond(new Response(null, init));
      return false;
    }
    if (first === undefined || Number(this.#headers.get("content-length")) === first.length) {
      this.#respond(new Response(first ? new Uint8Array(first) : "", init));
      return false;
    }
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#body = controller),
      pull: () => {
        const wanted = this.#wanted;
        this.#wanted = undefined;
        wanted?.();
      },
      cancel: () => void this.socket.destroy(),
    });
    this.#respond(new Response(body, init));
    return true;
  }
}
