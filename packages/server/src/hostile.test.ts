/** Clients that mean no good, all kinds at once: healthy streams are whole, refusals are honest, nothing is left. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { EngineStats } from "@tokenmill/engine";
import { afterEach, expect, it } from "vitest";
import { serverWith } from "./testing/requests.ts";
import { answerTo, offline, parseSse, post, type TestServer, textOf, until } from "./testing/testServer.ts";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function open({ url }: TestServer, localAddress?: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1", ...(localAddress && { localAddress }) });
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const headOf = (length: number, more = ""): string =>
  `POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${more}content-length: ${length}\r\n\r\n`;

/** Sends what it is given; the status of the answer. */
async function statusOf(server: TestServer, ...parts: readonly (string | Buffer)[]): Promise<number> {
  return statusOn(await open(server), ...parts);
}

async function statusOn(socket: Socket, ...parts: readonly (string | Buffer)[]): Promise<number> {
  socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
  await Promise.race([once(socket, "data"), once(socket, "close")]);
  socket.destroy();
  return Number(answer.slice(9, 12));
}

const withBody = (body: string | Buffer, more = ""): (string | Buffer)[] => [
  headOf(Buffer.byteLength(body), more),
  body,
];

const malformed: readonly (readonly [what: string, status: number, parts: readonly (string | Buffer)[]])[] = [
  ["half of JSON", 400, withBody('{"prompt": "x", "max_tokens": ')],
  ["bytes that are no UTF-8", 400, withBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))],
  ["half a million brackets", 400, withBody("[".repeat(500_000))],
  ["a length twice", 400, withBody("{}", "content-length: 7\r\n")],
  ["a length and chunks", 400, withBody("{}", "transfer-encoding: chunked\r\n")],
  ["a long header", 431, withBody("{}", `x-long: ${"a".repeat(20_000)}\r\n`)],
  ["a gigabyte, said beforehand", 413, [headOf(2 ** 30)]],
  ["far too many token ids", 400, withBody(JSON.stringify({ prompt: Array.from({ length: 150_000 }, () => 1) }))],
  ["a text far too long", 400, withBody(JSON.stringify({ prompt: "a".repeat(900_000) }))],
  [
    "far too many words",
    400,
    withBody(JSON.stringify({ bad_words: Array.from({ length: 50_000 }, (_, i) => `${i}`) })),
  ],
  ["a field name of a megabyte", 400, withBody(JSON.stringify({ ["f".repeat(1_000_000)]: 1 }))],
];

it("healthy streams beside all of them are those of the offline run, and nothing is left", async () => {
  const server = await serverWith({ limits: { requestTimeoutMs: 500 } });
  const healthy = Array.from({ length: 12 }, async (_, id) => {
    const request = { prompt: "abc", max_tokens: 300, seed: 3, sequence_id: id, ignore_eos: true, stream: true };
    const text = await (await post(server, "/v1/completions", request)).text();
    const chunks = parseSse(text).slice(0, -1);
    return chunks.map(({ data }) => (JSON.parse(data) as { choices: [{ text: string }] }).choices[0].text).join("");
  });
  const stream = JSON.stringify({ prompt: "a", max_tokens: 15_000, ignore_eos: true, stream: true });
  for (let i = 0; i < 5; i++) {
    // reads nothing, then leaves; leaves at once; promises a body; never comes to an end of its header
    const [slow, gone, half, loris] = [await open(server), await open(server), await open(server), await open(server)];
    for (const part of withBody(stream)) slow.write(part);
    slow.pause();
    for (const part of withBody(stream)) gone.write(part);
    gone.once("data", () => gone.resetAndDestroy());
    half.write(`${headOf(1000)}{"prompt": `);
    loris.write("POST /v1/completions HTTP/1.1\r\nx: a");
  }
  const answers = Promise.all(malformed.map(async ([what, , parts]) => [what, await statusOf(server, ...parts)]));
  expect(await answers).toEqual(malformed.map(([what, status]) => [what, status]));
  const texts = await Promise.all(healthy);
  for (const [id, text] of texts.entries()) {
    const request = { prompt: "abc", maxTokens: 300, seed: 3, randomStreamId: id, ignoreEos: true };
    expect(text).toBe(textOf(await offline(server, request)));
  }
  for (const socket of sockets) socket.destroy();
  const stats = (): EngineStats => server.engine.stats();
  await until(() => stats().open === 0 && stats().freeSlots === 32, "no sequence is open");
  // those of fetch, which keeps them
  await until(async () => (await connectionsOf(server)) <= 13, "only healthy connections are open");
});

async function connectionsOf({ url }: TestServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tokenmill_http_connections\{.*\} (\d+)$/m.exec(text)![1]);
}

it("large bodies are queued, in order, and small ones do not wait for them", async () => {
  const server = await serverWith({});
  const order: string[] = [];
  const large = Array.from({ length: 6 }, async (_, i) => {
    const body = { prompt: "a".repeat(40_000), user: `${i}` };
    const answer = await answerTo(server, "/v1/completions", body);
    order.push(`large ${answer.status}`);
  });
  const small = answerTo(server, "/v1/completions", { prompt: "a", max_tokens: 1 }).then(() => order.push("small"));
  await Promise.all([...large, small]);
  expect(order.filter((each) => each === "large 400")).toHaveLength(6);
  expect(order.at(-1)).not.toBe("small");
});

it("bodies that are promised and do not come take nothing from others", async () => {
  const server = await serverWith({ limits: { maxBodyBytes: 2 ** 18 } });
  for (let i = 0; i < 64; i++) (await open(server)).write(headOf(2 ** 20));
  const body = { prompt: "a", max_tokens: 1, user: "u".repeat(40_000) };
  expect((await answerTo(server, "/v1/completions", body)).status).toBe(200);
  const chunked =
    "POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
  expect(await statusOf(server, chunked, '18\r\n{"prompt":"x","seed":1 }\r\n0\r\n\r\n')).toBe(200);
});

it("bodies that have come take memory until their answer is at its end, and no client has all of it", async () => {
  const server = await serverWith({ limits: { maxBodyBytes: 2 ** 18 } });
  const part = '{"prompt": "'.padEnd(60_000, "a");
  const waiting: Socket[] = [];
  // a quarter for each connection, three quarters for the address
  for (let i = 0; i < 3; i++) {
    const socket = await open(server);
    socket.write(headOf(65_000) + part);
    waiting.push(socket);
  }
  const body = { prompt: "a", max_tokens: 1, user: "u".repeat(40_000) };
  await until(async () => (await answerTo(server, "/v1/completions", body)).status === 429, "the share is full");
  const other = await open(server, "127.0.0.2");
  expect(await statusOn(other, ...withBody(JSON.stringify(body)))).toBe(200);
  for (const socket of waiting) socket.destroy();
  await until(
    async () => (await answerTo(server, "/v1/completions", body)).status === 200,
    "the queue has capacity again",
  );
});
