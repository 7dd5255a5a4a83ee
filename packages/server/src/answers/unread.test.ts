/** Answers that nobody reads: they are made as they are read, cut after the stall timeout, and keep nothing then. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { functionSource } from "@tokenmill/sources";
import { expect, it, onTestFinished } from "vitest";
import { completions, seeded, serverWith } from "../testing/requests.ts";
import { letterTokenizer, post, type TestServer, until } from "../testing/testServer.ts";

async function unread({ url }: TestServer, request: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(request);
  return socket;
}

function postOf(path: string, body: object): string {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}
const getOf = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;

/** What is in use of a quota, or another metric; not asked for more often than ten times a second. */
async function metric({ url }: TestServer, name: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`tokenmill_${name}`))!;
  return Number(line.slice(line.lastIndexOf(" ")));
}
const quota = (name: string): string => `quota_used{quota="${name}"`;

const vocabSize = 2 ** 21;
const large = functionSource({ vocabSize, write: (row) => void row.fill(0) });
const longTokenizer = { ...letterTokenizer, vocabSize, tokenBytes: () => new TextEncoder().encode("token") };
const many = { ...seeded, n: 10, max_tokens: 1000, logprobs: 20, ignore_eos: true };
const scored = { prompt: "a".repeat(9000), max_tokens: 1, echo: true, logprobs: 20 };

it.each([
  ["many outputs", {}, postOf(completions, many)],
  [
    "a chat with logprobs",
    {},
    postOf("/v1/chat/completions", {
      messages: [{ role: "user", content: "a" }],
      n: 10,
      max_tokens: 1000,
      logprobs: true,
      top_logprobs: 20,
      ignore_eos: true,
    }),
  ],
  ["prompt_logprobs", {}, postOf(completions, { ...scored, prompt_logprobs: 20 })],
  ["an echo with its scores", {}, postOf(completions, scored)],
  ["the same in a stream", {}, postOf(completions, { ...scored, stream: true })],
  ["a vocabulary", { source: { ...large, tokenizer: longTokenizer }, slots: 2, workers: 0 }, getOf("/v1/vocabulary")],
  ["logits", { source: large, slots: 2, workers: 0 }, postOf("/v1/logits", { prompt: [1] })],
  ["metrics", {}, getOf("/metrics").repeat(300)],
  ["errors", {}, getOf(`/${"x".repeat(8000)}`).repeat(1000)],
] as const)("%s", { timeout: 60_000 }, async (_what, options, request) => {
  const server = await serverWith({ ...options, limits: { stallTimeoutMs: 700 } });
  // Each is read to its beginning only.
  const sockets = await Promise.all([1, 2].map(() => unread(server, request)));
  for (const socket of sockets) {
    await once(socket, "readable");
    socket.read(1);
  }
  await until(async () => (await metric(server, "http_connections")) <= 1, "their connections are cut");
  for (const name of ["held_bytes", "unread_bytes", "sequences", "tokens", "waiting", "body_bytes"]) {
    await expect.poll(() => metric(server, quota(name)), { timeout: 25_000 }).toBe(0);
  }
});

it("an answer's memory is released when its last byte has left, not before", async () => {
  const server = await serverWith();
  const socket = await unread(server, postOf(completions, many));
  await once(socket, "readable");
  await until(async () => (await metric(server, quota("sequences"))) === 0, "all tokens are there");
  expect(await metric(server, quota("held_bytes"))).toBeGreaterThan(0);
  expect(await metric(server, quota("unread_bytes"))).toBeGreaterThan(0);
  socket.resume();
  await until(async () => (await metric(server, quota("held_bytes"))) === 0, "all is read");
  expect(await metric(server, quota("unread_bytes"))).toBe(0);
});

it("a whole answer is the one of an answer in one piece", async () => {
  const server = await serverWith();
  const body = { ...seeded, n: 3, best_of: 4, max_tokens: 500, logprobs: 5, echo: true, return_token_ids: true };
  const whole = (await (await post(server, completions, body)).json()) as {
    choices: { index: number; text: string; token_ids: number[]; logprobs: Record<string, unknown[]> }[];
  };
  expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  for (const { text, token_ids: ids, logprobs } of whole.choices) {
    expect(ids).toHaveLength(500);
    expect(text.length).toBeGreaterThan(300);
    for (const column of ["tokens", "token_logprobs", "top_logprobs", "text_offset"]) {
      expect(logprobs[column]).toHaveLength(502);
    }
  }
});
