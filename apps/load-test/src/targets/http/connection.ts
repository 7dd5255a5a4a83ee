/** Kept-alive connections to one server. */
import { Agent as HttpAgent, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { UsageError } from "@tokenmill/cli";
import { Exchange, type ExchangeBody, type ExchangeObserver } from "./exchange.ts";

export interface ConnectionSpec {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly apiKeyEnv?: string;
  readonly requestTimeoutMs: number;
}

export class Connection {
  readonly base: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  /** @throws UsageError if the key's environment variable is not set. */
  constructor({ url, headers, apiKeyEnv, requestTimeoutMs }: ConnectionSpec) {
    this.base = new URL(url.endsWith("/") ? url : `${url}/`);
    const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 4096, noDelay: true };
    this.#agent = this.base.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
    this.#headers = { ...headers, ...(apiKeyEnv !== undefined && { authorization: `Bearer ${keyFrom(apiKeyEnv)}` }) };
    this.#timeoutMs = requestTimeoutMs;
  }

  post(path: string, contentType: string, body: string | readonly Uint8Array[], observer: ExchangeObserver): Exchange {
    return this.#request(
      "POST",
      path,
      { "content-type": contentType, "content-length": String(byteLength(body)) },
      body,
      observer,
    );
  }

  /** The JSON at `path`; undefined if there is none. */
  getJson(path: string): Promise<unknown> {
    return new Promise((resolve) => {
      this.#request("GET", path, {}, undefined, {
        onError: () => resolve(undefined),
        onResponse: (response) => {
          readText(response, 2 ** 20)
            .then((text) => resolve(response.statusCode === 200 ? JSON.parse(text) : undefined))
            .catch(() => resolve(undefined));
        },
      });
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: ExchangeBody,
    observer: ExchangeObserver,
  ): Exchange {
    const options = { method, agent: this.#agent, headers: { ...this.#headers, ...headers } };
    return new Exchange(new URL(path, this.base), options, body, this.#timeoutMs, observer);
  }
}

/** The body, cut at `most` bytes. */
export async function readBytes(response: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (size < most) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** The same as text. */
export async function readText(response: IncomingMessage, most: number): Promise<string> {
  return (await readBytes(response, most)).toString("utf8");
}

function byteLength(body: string | readonly Uint8Array[]): number {
  return typeof body === "string" ? Buffer.byteLength(body) : body.reduce((sum, piece) => sum + piece.length, 0);
}

function keyFrom(name: string): string {
  const key = process.env[name];
  if (key === undefined || key === "")
    throw new UsageError(`"apiKeyEnv" expected an environment variable that is set, got ${JSON.stringify(name)}`);
  return key;
}
