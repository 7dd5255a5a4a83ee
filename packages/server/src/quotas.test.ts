/** What one client can take, and for how long. */
import { request as httpRequest } from "node:http";
import { createMsgpackCodec } from "@tokenmill/protocol";
import { expect, it } from "vitest";
import { completions, errorOf, seeded, serverWith } from "./testing/requests.ts";
import { SocketClient } from "./testing/socketClient.ts";
import { answerTo, plainSource, type TestServer, until } from "./testing/testServer.ts";

const protocol = "tokenmill.v1.json";

/** Status and error code of a POST that comes from another address. */
function fromElsewhere({ url }: TestServer, path: string, body: object): Promise<number> {
  const { port, hostname } = new URL(url);
  const options = { port, hostname, path, method: "POST", localAddress: "127.0.0.2", agent: false as const };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...options, headers: { "content-type": "application/json" } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode!));
    });
    request.on("error", reject).end(JSON.stringify(body));
  });
}

it("one connection cannot take all places: without credits or with, its second sequence is refused", async () => {
  const server = await serverWith({ limits: { maxOpenSequences: 2 } });
  const client = await SocketClient.connect(server, protocol);
  client.say({ type: "open", id: "a", credits: 0, request: { prompt: "x" } });
  client.say({ type: "open", id: "b", credits: 0, request: { prompt: "x" } });
  await until(() => client.messages.length === 2, "both are answered");
  expect(client.of("a")).toMatchObject([{ type: "opened" }]);
  expect(client.of("b")).toMatchObject([{ type: "error", error: { code: "rate_limit_exceeded" } }]);
  expect((await answerTo(server, completions, seeded)).status).toBe(200);
});

it("one client cannot reserve all memory: a small request of another gets its token", async () => {
  const server = await serverWith({ limits: { arenaBytes: 2 ** 20 } });
  const clients = await Promise.all(Array.from({ length: 4 }, () => SocketClient.connect(server, protocol)));
  for (const client of clients) {
    for (let i = 0; i < 20; i++) client.say({ type: "open", id: `${i}`, credits: 0, request: { maxTokens: 10_000 } });
  }
  await until(() => clients.every(({ messages }) => messages.length === 20), "all are answered");
  const refused = clients.flatMap(({ messages }) => messages).filter(({ type }) => type === "error");
  expect(refused.length).toBeGreaterThanOrEqual(80 - 20);
  expect(new Set(refused.map(({ error }) => error!.code))).toEqual(new Set(["rate_limit_exceeded"]));
  expect(await fromElsewhere(server, completions, { ...seeded, max_tokens: 5000 })).toBe(200);
});

it.each([
  ["without credits", [{ type: "open", id: "a", credits: 0, request: { prompt: "x" } }]],
  ["with one credit", [{ type: "open", id: "a", credits: 1, request: { prompt: "x" } }]],
  [
    "paused",
    [
      { type: "open", id: "a", request: { prompt: "x", maxTokens: 16_000, ignoreEos: true } },
      { type: "pause", id: "a" },
    ],
  ],
])("a sequence %s is ended after the pause timeout, and says why", async (_what, messages) => {
  const server = await serverWith({ limits: { pauseTimeoutMs: 100 } });
  const client = await SocketClient.connect(server, protocol);
  for (const message of messages) client.say(message);
  await until(() => client.messages.some(({ type }) => type === "error"), "it is ended");
  expect(client.messages.at(-1)).toMatchObject({ type: "error", id: "a", error: { code: "paused_too_long" } });
  expect(server.engine.stats().open).toBe(0);
  client.say({ type: "open", id: "a", request: { prompt: "x", maxTokens: 3 } });
  await client.ended("a");
});

it("a sequence that goes on in time is not ended, however long its pauses are together", async () => {
  const server = await serverWith({ limits: { pauseTimeoutMs: 1000 } });
  const client = await SocketClient.connect(server, protocol);
  client.say({ type: "open", id: "a", credits: 0, request: { prompt: "x", maxTokens: 6, ignoreEos: true } });
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    client.say({ type: "credit", id: "a", credits: 1 });
  }
  expect(await client.ended("a")).toHaveLength(6);
});

const codec = createMsgpackCodec();

async function openRows(server: TestServer, rows: readonly object[]): Promise<{ status: number; body: object }> {
  const header = codec.encode({ rows });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const body = Buffer.concat([length, header, Buffer.alloc(rows.length * 64 * 4)]);
  const headers = { "content-type": "application/x-tokenmill-rows" };
  const response = await fetch(`${server.url}/v1/sample`, { method: "POST", headers, body: new Uint8Array(body) });
  const isJson = response.headers.get("content-type")!.includes("json");
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    body: (isJson ? JSON.parse(Buffer.from(bytes).toString()) : codec.decode(bytes)) as object,
  };
}

it("sequences of /v1/sample hold the context's length at most, and a share of places and memory", async () => {
  const limits = { maxContextTokens: 10_000, maxSampleSequences: 20, arenaBytes: 2 ** 18 };
  const server = await serverWith({ source: plainSource(), limits });
  const long = await openRows(server, [{ sequenceId: 1, open: { prompt: [1, 2], maxTokens: 9999 } }]);
  expect(long.status).toBe(400);
  expect(errorOf(long.body as Record<string, unknown>)).toMatchObject({
    code: "context_length_exceeded",
    message: "the context holds 10000 tokens, and 10001 were asked for (2 in the prompt, 9999 for the output)",
  });
  // of 52,428 tokens a connection has 13,107
  const large = await openRows(
    server,
    [1, 2].map((sequenceId) => ({ sequenceId, open: { maxTokens: 9000 } })),
  );
  expect([large.status, errorOf(large.body as Record<string, unknown>)["code"]]).toEqual([429, "rate_limit_exceeded"]);
  for (let sequenceId = 0; sequenceId < 5; sequenceId++) {
    expect((await openRows(server, [{ sequenceId, open: { maxTokens: 1 } }])).status).toBe(200);
  }
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^tokenmill_quota_used\{quota="sample_sequences",.*\} 0$/m);
});

it("requests for logits that are refused leave no place taken", async () => {
  const server = await serverWith({ limits: { maxHeldBytes: 100 } });
  for (let i = 0; i < 3; i++) {
    const { status, body } = await answerTo(server, "/v1/logits", { prompt: "x" });
    expect([status, errorOf(body)["code"]]).toEqual([400, "answer_too_large"]);
  }
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^tokenmill_quota_used\{quota="waiting".* 0$/m);
});

it("a prompt that is none takes no memory, and is refused by name", async () => {
  const server = await serverWith();
  const client = await SocketClient.connect(server, protocol);
  client.say({ type: "open", id: "a", request: { prompt: { length: "x" }, promptLogprobs: 1 } });
  await until(() => client.messages.length === 1, "it is answered");
  expect(client.of("a")).toMatchObject([
    { type: "error", error: { code: "bad_request", details: { param: "prompt" } } },
  ]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^tokenmill_quota_used\{quota="held_bytes".* 0$/m);
});
