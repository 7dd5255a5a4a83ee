/** Real servers for tests: synthetic rows over a small vocabulary with text, on a free port. */
import { PassThrough } from "node:stream";
import type { GenerateRequest, LogitsSource, TokenEvent, Tokenizer } from "@tokenmill/core";
import { createSyntheticSource } from "@tokenmill/sources";
import { pino } from "pino";
import { createTokenServer } from "../createTokenServer.ts";
import type { ServeLimits } from "../options/limits.ts";
import type { TokenServerOptions } from "../options/options.ts";
import type { TokenServer } from "../tokenServer.ts";

/** For limits that are small: of two places a share of a quarter is none that a test could use. */
export const wholeShares: Pick<ServeLimits, "peerSharePercent" | "connectionSharePercent"> = {
  peerSharePercent: 100,
  connectionSharePercent: 100,
};

export interface TestServer extends TokenServer {
  /** Everything that was logged, as text. */
  readonly logged: () => string;
}

export type TestOptions = Partial<Omit<TokenServerOptions, "log">>;

export async function startServer({ limits, ...options }: TestOptions = {}): Promise<TestServer> {
  const lines = new PassThrough();
  const chunks: Buffer[] = [];
  lines.on("data", (chunk: Buffer) => chunks.push(chunk));
  const server = await createTokenServer({
    structuredOutput: false,
    workers: 1,
    slots: 32,
    seed: 1,
    source: letterSource(),
    limits: { shutdownTimeoutMs: 5000, ...limits },
    log: pino({ level: "info" }, lines),
    ...options,
  });
  return {
    url: server.url,
    engine: server.engine,
    batches: server.batches,
    routes: server.routes,
    close: () => server.close(),
    logged: () => Buffer.concat(chunks).toString(),
  };
}

const letters = "abcdefghijklmnopqrstuvwxyz .,!?\n".split("");
/** Letters, parts of "é" and "😀", and end of text. */
const pieces: readonly Uint8Array[] = [
  ...letters.map((letter) => new TextEncoder().encode(letter)),
  Uint8Array.of(0xc3),
  Uint8Array.of(0xa9),
  Uint8Array.of(0xf0, 0x9f),
  Uint8Array.of(0x98, 0x80),
  new Uint8Array(0),
];

/** The end of a text, where it is read as a token. */
export const endOfText = "<|end|>";
const eosTokenId = pieces.length - 1;
const idsOf = (text: string): number[] =>
  Array.from(text, (letter) => letters.indexOf(letters.includes(letter) ? letter : " "));

/** One token a letter; what is not among them is a space. */
export const letterTokenizer: Tokenizer = {
  vocabSize: pieces.length,
  eosTokenId,
  specialTokens: new Map([[eosTokenId, endOfText]]),
  encode: (text, { special = false } = {}) =>
    special
      ? text.split(endOfText).flatMap((part, i) => [...(i > 0 ? [eosTokenId] : []), ...idsOf(part)])
      : idsOf(text),
  tokenBytes: (tokenId) => pieces[tokenId]!,
};

/** Rows by sequence id and position. */
export function letterSource(): LogitsSource {
  return createSyntheticSource({ kind: "gaussian", vocabSize: pieces.length, tokenizer: letterTokenizer, scale: 1 });
}

/** The same rows, without text. */
export function plainSource(vocabSize = 64): LogitsSource {
  return createSyntheticSource({ kind: "gaussian", vocabSize, scale: 1 });
}

/** What the engine makes of a request by itself. */
export async function offline({ engine }: TestServer, request: GenerateRequest): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of engine.stream(request)) events.push(event);
  return events;
}

export function textOf(events: readonly TokenEvent[]): string {
  return events.map(({ text }) => text).join("");
}

/** A POST as any client would send it. */
export function post(
  server: TestServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** Status and body of a POST. */
export async function answerTo(
  server: TestServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  // The tests look at whatever is in it.
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const response = await post(server, path, body, headers);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

export interface SseMessage {
  id?: string;
  data: string;
}

/** The events of a text/event-stream. */
export function parseSse(text: string): SseMessage[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const lines = block.split("\n");
      const id = lines.find((line) => line.startsWith("id: "))?.slice(4);
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
      return { ...(id !== undefined && { id }), data: data.join("\n") };
    });
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = performance.now() + 25_000;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`waited 25 s until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
