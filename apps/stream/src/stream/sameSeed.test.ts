/** Equal requests with a seed draw equally on every surface, whatever ran before them. */
import { on } from "node:events";
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { createTokenServer, type TokenServer } from "@tokenmill/server";
import { createSyntheticSource } from "@tokenmill/sources";
import { lastValueFrom, toArray } from "rxjs";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { fromPrompts, requestItems, type RequestSource } from "./requestItems.ts";

const request: GenerateRequest = { prompt: "the whale", maxTokens: 16, seed: 7, temperature: 0.9, ignoreEos: true };
const body = { prompt: "the whale", max_tokens: 16, seed: 7, temperature: 0.9, ignore_eos: true };

const letters = "abcdefghijklmnopqrstuvwxyz ";
/** One token a letter. */
const tokenizer = {
  vocabSize: letters.length,
  eosTokenId: 0,
  encode: (text: string) => Array.from(text, (letter) => letters.indexOf(letter)),
  tokenBytes: (tokenId: number) => new TextEncoder().encode(letters[tokenId]),
};

async function serverWith(options: { seed?: number } = {}): Promise<TokenServer> {
  const { vocabSize } = tokenizer;
  const source = createSyntheticSource({ kind: "gaussian", vocabSize, tokenizer, scale: 1 });
  const server = await createTokenServer({ source, structuredOutput: false, workers: 1, seed: 1, ...options });
  onTestFinished(() => server.close());
  return server;
}

const textOf = (events: readonly TokenEvent[]): string => events.map(({ text }) => text).join("");

function offline({ engine }: TokenServer, asked: GenerateRequest): Promise<TokenEvent[]> {
  return lastValueFrom(engine.generate(asked).pipe(toArray()));
}

async function overHttp(server: TokenServer, fields: object = {}): Promise<string[]> {
  const response = await fetch(`${server.url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, ...fields }),
  });
  const { choices } = (await response.json()) as { choices: { text: string }[] };
  return choices.map(({ text }) => text);
}

async function overSocket(server: TokenServer): Promise<string> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`, "tokenmill.v1.json");
  onTestFinished(() => socket.terminate());
  socket.on("open", () => socket.send(JSON.stringify({ type: "open", id: "a", request })));
  let text = "";
  for await (const [data] of on(socket, "message") as AsyncIterable<[Buffer]>) {
    const { event } = JSON.parse(data.toString()) as { event?: TokenEvent };
    text += event?.text ?? "";
    if (event?.finishReason !== undefined) break;
  }
  return text;
}

/** What `tokenmill stream` makes of its input. */
async function byCommand(
  server: TokenServer,
  sources: Iterable<RequestSource>,
  count: number,
  defaults = {},
): Promise<string[]> {
  const texts: string[] = [];
  for await (const item of requestItems(sources, defaults, count)) {
    if ("error" in item) throw item.error;
    const events = await lastValueFrom(server.engine.generate(item.request).pipe(toArray()));
    texts.push(textOf(events));
  }
  return texts;
}

async function many(server: TokenServer, n: number): Promise<string[]> {
  const texts = new Array<string>(n).fill("");
  for (const { childIndex, text } of await lastValueFrom(server.engine.generateMany(request, n).pipe(toArray()))) {
    texts[childIndex] += text;
  }
  return texts;
}

it("one output: library, HTTP, WebSocket and command, twice, in another order", async () => {
  const server = await serverWith();
  await offline(server, { prompt: "a", maxTokens: 3 }); // numbers have moved on
  const line: RequestSource = { read: () => request };
  const expected = textOf(await offline(server, request));
  expect(expected.length).toBeGreaterThan(10);
  expect(await overHttp(server)).toEqual([expected]);
  expect(await overSocket(server)).toBe(expected);
  expect(await byCommand(server, [line], 1)).toEqual([expected]);
  expect(await byCommand(server, [{ read: () => ({ prompt: "b", maxTokens: 2 }) }, line], 1)).toContain(expected);
  expect(await overSocket(server)).toBe(expected);
  expect(await overHttp(server)).toEqual([expected]);
  expect(textOf(await offline(server, request))).toBe(expected);
  expect(textOf(await offline(server, { ...request, randomStreamId: 0 }))).toBe(expected);
});

it("several outputs: generateMany, n over HTTP, and --count; the first is the single one", async () => {
  const server = await serverWith({ seed: 7 });
  const expected = await many(server, 4);
  expect(new Set(expected).size).toBe(4);
  expect(await many(server, 4)).toEqual(expected);
  expect(await overHttp(server, { n: 4 })).toEqual(expected);
  expect(await byCommand(server, [{ read: () => request }], 4)).toEqual(expected);
  expect(await overSocket(server)).toBe(expected[0]);
  // --seed is the engine's: prompts and copies are numbered together, as those of one HTTP body are
  const { prompt: _, seed: __, ...defaults } = request;
  const prompts = ["the whale", "call me"];
  const numbered = await byCommand(server, fromPrompts(prompts), 2, defaults);
  expect(numbered).toEqual(await overHttp(server, { prompt: prompts, n: 2 }));
});

it("requests without a seed are numbered and differ, and with ids they are what their ids say", async () => {
  const server = await serverWith();
  const { seed: _, ...seedless } = request;
  expect(textOf(await offline(server, seedless))).not.toBe(textOf(await offline(server, seedless)));
  const first = textOf(await offline(server, { ...request, sequenceId: 3 }));
  expect(textOf(await offline(server, { ...request, randomStreamId: 3 }))).toBe(first);
  expect(await overHttp(server, { sequence_id: 3 })).toEqual([first]);
});
