/** A `Request` of the Fetch standard as the routes read one: Node's message, as far as they ask for it. */
import { Readable } from "node:stream";
import type { FetchConnection } from "./fetchConnection.ts";

export class FetchRequest extends Readable {
  readonly httpVersion = "1.1";
  readonly httpVersionMajor = 1;
  readonly method: string;
  /** Path and query. */
  url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[];
  readonly socket: FetchConnection;
  /** Whether all of the body has come. */
  complete = false;
  aborted = false;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor({ url, method, headers, body }: Request, connection: FetchConnection) {
    super({ highWaterMark: 0 });
    const { host, pathname, search } = new URL(url);
    this.method = method;
    this.url = pathname + search;
    const given: Record<string, string> = { host };
    headers.forEach((value, name) => (given[name] = value));
    this.headers = given;
    this.rawHeaders = Object.entries(given).flat();
    this.socket = connection;
    this.#reader = body?.getReader();
    connection.once("close", () => {
      this.aborted = !this.complete;
      this.destroy();
    });
  }

  override _read(): void {
    if (!this.#reader) return this.#ended();
    this.#reader.read().then(
      ({ done, value }) => {
        if (done) this.#ended();
        else this.push(value);
      },
      // Its sender has left; that is no error of ours.
      () => this.socket.destroy(),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.complete) this.#reader?.cancel().catch(() => undefined);
    callback(error);
  }

  #ended(): void {
    this.complete = true;
    this.push(null);
  }
}
