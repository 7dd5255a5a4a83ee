/** What clients may send over WebSocket, how much of it at a time, and how slowly. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { completions, seeded, serverWith } from "../testing/requests.ts";
import { bodyOf, codec, rowOf, rowServerWith } from "../testing/rows.ts";
import { SocketClient } from "../testing/socketClient.ts";
import { answerTo, type TestServer, until } from "../testing/testServer.ts";

const endpoints = [
  ["/v1/stream", "tokenmill.v1.json"],
  ["/v1/stream", "tokenmill.v1.msgpack"],
  ["/v1/sample", "tokenmill.sample.v1"],
] as const;

interface Raw {
  readonly socket: WebSocket;
  readonly connection: Socket;
  /** Code and reason of the close frame. */
  readonly closed: Promise<[code: number, reason: string]>;
}

async function open(
  server: TestServer,
  [path, protocol]: readonly [string, string],
  options?: ClientOptions,
): Promise<Raw> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}${path}`, protocol, options);
  onTestFinished(() => socket.terminate());
  socket.on("error", () => undefined);
  const closed = once(socket, "close").then(([code, reason]) => [Number(code), String(reason)] as [number, string]);
  await once(socket, "open");
  return { socket, connection: (socket as unknown as { _socket: Socket })._socket, closed };
}

/** The beginning of a frame of a message: fin, opcode, masked with 0, 64 bits of length. */
function headOf(length: number, fin = true, opcode = 2): Buffer {
  const head = Buffer.alloc(14);
  head[0] = (fin ? 0x80 : 0) | opcode;
  head[1] = 0xff;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

const usedBodyBytes = async ({ url }: TestServer): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tokenmill_quota_used\{quota="body_bytes".*\} (\d+)$/m.exec(text)![1]);
};

it.each(endpoints)(
  "unfinished messages on %s (%s) have a share, and nobody's bytes are another's",
  async (...endpoint) => {
    const server = await serverWith({ limits: { maxBodyBytes: 400_000 } });
    const tooMuch = await open(server, endpoint);
    tooMuch.connection.write(headOf(50_000, false));
    tooMuch.connection.write(Buffer.alloc(50_000));
    tooMuch.connection.write(headOf(90_000, true, 0));
    tooMuch.connection.write(Buffer.alloc(60_000));
    // Rows of more than a connection's share are refused by their announced length.
    expect((await tooMuch.closed)[0]).toBe(endpoint[0] === "/v1/sample" ? 1009 : 1013);
    // three quarters of all for one address
    const waiting = await Promise.all([1, 2, 3, 4].map(() => open(server, endpoint)));
    const refused: number[] = [];
    for (const { connection, closed } of waiting) {
      void closed.then(([code]) => refused.push(code));
      connection.write(headOf(100_000));
      connection.write(Buffer.alloc(90_000));
    }
    await until(() => refused.length === 1, "one of them is refused");
    expect(refused).toEqual([1013]);
    const other = await open(server, ["/v1/stream", "tokenmill.v1.json"], { localAddress: "127.0.0.2" });
    other.socket.send(`{"type":"open","id":"a","request":{"maxTokens":1}}${" ".repeat(60_000)}`);
    expect(String((await once(other.socket, "message"))[0])).toContain('"opened"');
    for (const { socket } of waiting) socket.terminate();
    other.socket.terminate();
    await until(async () => (await usedBodyBytes(server)) === 0, "all is released");
  },
);

it.each(endpoints)("a message on %s (%s) that stops coming is refused", async (...endpoint) => {
  const server = await serverWith({ limits: { requestTimeoutMs: 150 } });
  const parts: readonly (readonly Buffer[])[] = [
    [Buffer.from([0x82])],
    [headOf(1000), Buffer.alloc(10)],
    [headOf(0, false), headOf(0, false, 0), headOf(0, false, 0)],
    [headOf(10, false), Buffer.alloc(10)],
  ];
  for (const part of parts) {
    const { connection, closed } = await open(server, endpoint);
    for (const bytes of part) connection.write(bytes);
    expect(await closed).toEqual([1008, "the message came too slowly"]);
  }
  const idle = await open(server, endpoint);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(idle.socket.readyState).toBe(WebSocket.OPEN);
});

it("JSON that is too deep is refused before it is parsed", async () => {
  const server = await serverWith();
  const client = await SocketClient.connect(server, "tokenmill.v1.json");
  client.socket.send("[".repeat(900_000));
  client.socket.send(`{"type":"open","id":"a","request":${'{"a":'.repeat(200)}1${"}".repeat(201)}`);
  await until(() => client.messages.length === 2, "both are answered");
  expect(client.messages.map(({ error }) => error!.code)).toEqual(["too_deep", "too_deep"]);
});

it("messages are handled in order, whatever their size, and large ones keep their memory while they are needed", async () => {
  const server = await serverWith();
  const client = await SocketClient.connect(server, "tokenmill.v1.json");
  const pad = " ".repeat(100_000);
  for (let i = 0; i < 5; i++) {
    client.socket.send(`{"type":"open","id":"${i}","credits":0,"request":{"prompt":"a","maxTokens":2}}${pad}`);
    client.say({ type: "credit", id: `${i}`, credits: i === 0 ? 1 : 2 });
  }
  await until(() => client.messages.filter(({ event }) => event).length === 9, "all are answered");
  expect(client.messages.some(({ type }) => type === "error")).toBe(false);
  expect(await usedBodyBytes(server)).toBeGreaterThan(100_000);
  expect(await usedBodyBytes(server)).toBeLessThan(101_000);
  client.say({ type: "cancel", id: "0" });
  await until(async () => (await usedBodyBytes(server)) === 0, "all is released");
});

it("a flood of small messages is handled to its last, beside others", async () => {
  const server = await serverWith();
  const client = await SocketClient.connect(server, "tokenmill.v1.json");
  client.say({ type: "open", id: "a", credits: 0, request: { prompt: "a", maxTokens: 6000, ignoreEos: true } });
  for (let i = 0; i < 6000; i++) client.say({ type: "credit", id: "a", credits: 1 });
  expect((await answerTo(server, completions, seeded)).status).toBe(200);
  expect(await client.ended("a")).toHaveLength(6000);
});

it("of a flood of pings the last is answered", async () => {
  const server = await serverWith();
  const { socket } = await open(server, endpoints[0]);
  const pongs: string[] = [];
  socket.on("pong", (data) => pongs.push(data.toString()));
  for (let i = 0; i < 5000; i++) socket.ping(`${i}`);
  await until(() => pongs.at(-1) === "4999", "the last is answered");
  expect(pongs.length).toBeLessThan(5000);
});

it("rows that come as a message are sampled one message after the other", async () => {
  const server = await rowServerWith();
  const { socket } = await open(server, endpoints[2]);
  const answers: number[] = [];
  socket.on("message", (data) => {
    const { results } = codec.decode(data as Buffer) as { results: { position: number }[] };
    answers.push(results[0]!.position);
  });
  for (let position = 0; position < 30; position++) {
    const row = { sequenceId: 1, position, ...(position === 0 && { open: { maxTokens: 40 } }) };
    socket.send(bodyOf({ rows: [row] }, [rowOf(1, position)]));
  }
  await until(() => answers.length === 30, "all are answered");
  expect(answers).toEqual(Array.from({ length: 30 }, (_, i) => i));
});
