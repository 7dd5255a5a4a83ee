/** Equal requests with a seed draw equally on every surface, whatever ran before them. */
import type { GenerateRequest } from "@tokenmill/core";
import { lastValueFrom, toArray } from "rxjs";
import { expect, it } from "vitest";
import { fromPrompts, requestItems, type RequestSource } from "../stream/requestItems.ts";
import { serverWith } from "../testing/serve/requests.ts";
import { SocketClient } from "../testing/serve/socketClient.ts";
import { answerTo, offline, type TestServer, textOf } from "../testing/serve/testServer.ts";

const request: GenerateRequest = { prompt: "the whale", maxTokens: 16, seed: 7, temperature: 0.9, ignoreEos: true };
const body = { prompt: "the whale", max_tokens: 16, seed: 7, temperature: 0.9, ignore_eos: true };

async function overHttp(server: TestServer, fields: object = {}): Promise<string[]> {
  const { body: answer } = await answerTo(server, "/v1/completions", { ...body, ...fields });
  return (answer["choices"] as { text: string }[]).map(({ text }) => text);
}

async function overSocket(server: TestServer): Promise<string> {
  const client = await SocketClient.connect(server, "tokenmill.v1.json");
  client.say({ type: "open", id: "a", request: { ...request } });
  return textOf(await client.ended("a"));
}

/** What `tokenmill stream` makes of its input. */
async function byCommand(
  server: TestServer,
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

async function many(server: TestServer, n: number): Promise<string[]> {
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
