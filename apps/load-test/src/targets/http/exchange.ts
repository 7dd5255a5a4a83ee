/** One request with its answer: sent again once if a kept-alive connection turns out to be closed; with a time limit. */
import { type ClientRequest, type IncomingMessage, request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";

export interface ExchangeObserver {
  onResponse(response: IncomingMessage): void;
  /** `kind` is a word such as `timeout` or `ECONNREFUSED`. May come again, and after `onResponse`: the first counts. */
  onError(kind: string, message: string): void;
}

/** A text, or pieces that are sent as they are; undefined for none. */
export type ExchangeBody = string | readonly Uint8Array[] | undefined;

export class Exchange {
  readonly #url: URL;
  readonly #body: ExchangeBody;
  readonly #observer: ExchangeObserver;
  readonly #timer: NodeJS.Timeout;
  #request: ClientRequest;
  #hasResponse = false;
  #isTimedOut = false;
  #isDestroyed = false;

  /** The limit is for the whole answer: a socket's timeout would start again with every byte. */
  constructor(url: URL, options: RequestOptions, body: ExchangeBody, timeoutMs: number, observer: ExchangeObserver) {
    this.#url = url;
    this.#body = body;
    this.#observer = observer;
    this.#timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
    this.#request = this.#send(options);
  }

  destroy(): void {
    this.#isDestroyed = true;
    clearTimeout(this.#timer);
    this.#request.destroy();
  }

  #send(options: RequestOptions): ClientRequest {
    const send = this.#url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(this.#url, options);
    request.on("response", (response) => {
      this.#hasResponse = true;
      response.on("error", (error) => this.#fail(error)).on("close", () => clearTimeout(this.#timer));
      this.#observer.onResponse(response);
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      // The server closed the idle connection while we took it: nobody has seen the request.
      const isStale = request.reusedSocket && error.code === "ECONNRESET" && !this.#hasResponse;
      // A new connection cannot be stale, so this is done once at most.
      if (isStale && !this.#isDestroyed && !this.#isTimedOut) this.#request = this.#send({ ...options, agent: false });
      else this.#fail(error);
    });
    const body = this.#body;
    if (body === undefined || typeof body === "string") return request.end(body);
    request.cork();
    for (const piece of body) request.write(piece);
    request.end();
    request.uncork();
    return request;
  }

  #timeOut(timeoutMs: number): void {
    this.#isTimedOut = true;
    this.#observer.onError("timeout", `no complete answer within ${timeoutMs} ms`);
    this.#request.destroy();
  }

  #fail(error: NodeJS.ErrnoException): void {
    clearTimeout(this.#timer);
    if (!this.#isTimedOut && !this.#isDestroyed) this.#observer.onError(error.code ?? "network", error.message);
  }
}
