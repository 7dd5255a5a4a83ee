/** Bodies that come slowly, not at all, or not to their end, and answers that do not wait for them. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { serverWith } from "./testing/requests.ts";
import { type TestServer, until } from "./testing/testServer.ts";

async function open({ url }: TestServer): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

interface Head {
  readonly path: string;
  readonly type: string;
  readonly length: number | "chunked";
  readonly key?: string;
}

function headOf({ path, type, length, key }: Head): string {
  const size = length === "chunked" ? "transfer-encoding: chunked" : `content-length: ${length}`;
  const auth = key === undefined ? "" : `authorization: Bearer ${key}\r\n`;
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\n${auth}${size}\r\n\r\n`;
}

const rows = "application/x-tokenmill-rows";
/** Four bytes of length, a map with a field that is none. */
const badHeader = Buffer.from("\x06\0\0\0\x81\xa3bad\x01", "latin1");
const health = "GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

/** Statuses of all answers on the connection until there are so many. */
async function statuses(socket: Socket, count: number): Promise<number[]> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  const found = (): number[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  await until(() => found().length >= count || socket.destroyed, "the answers are there");
  return found();
}

const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);

it.each([
  ["a bad header of rows", 400, { path: "/v1/sample", type: rows }, badHeader],
  ["a wrong type", 415, { path: "/v1/sample", type: "application/json" }, Buffer.from("{}")],
  ["an unknown path", 404, { path: "/v1/nothing", type: "application/json" }, Buffer.from("{}")],
  ["no key", 401, { path: "/v1/completions", type: "application/json", key: "wrong" }, Buffer.from("{}")],
  ["a media type nobody takes", 415, { path: "/v1/completions", type: "text/plain" }, Buffer.from("x")],
])(
  "after an answer to %s, sent before the body's end, the connection serves on",
  async (_what, status, head, begin) => {
    const server = await serverWith({ apiKeys: ["right"] });
    const rest = Buffer.alloc(201_028);
    const key = { key: "right", ...head };
    const whole = await open(server);
    whole.write(headOf({ ...key, length: begin.length + rest.length }));
    whole.write(begin);
    const first = statuses(whole, 1);
    expect(await first).toEqual([status]);
    whole.write(rest);
    whole.write(health);
    expect(await statuses(whole, 1)).toEqual([200]);
    const inChunks = await open(server);
    inChunks.write(headOf({ ...key, length: "chunked" }));
    for (const part of [begin, rest]) inChunks.write(chunk(part));
    inChunks.write(`0\r\n\r\n${health}`);
    expect(await statuses(inChunks, 2)).toEqual([status, 200]);
  },
);

it("a body that goes on after 413 is read up to a bound, then the connection is closed", async () => {
  const server = await serverWith({ limits: { bodyLimitBytes: 10_000 } });
  const socket = await open(server);
  socket.write(headOf({ path: "/v1/completions", type: "application/json", length: "chunked" }));
  const piece = chunk(Buffer.alloc(65_536, 32));
  const answered = statuses(socket, 1);
  let sent = 0;
  for (; !socket.destroyed && sent < 2 ** 28; sent += piece.length) {
    if (!socket.write(piece)) await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
  }
  expect(await answered).toEqual([413]);
  expect(sent).toBeLessThan(2 ** 27);
});

it.each([
  ["/v1/completions", "application/json", '{"prompt": "'],
  ["/v1/sample", rows, "\x06\0"],
  ["/v1/sample", rows, badHeader.subarray(0, 7)],
])("a body of %s that stops coming is answered with 408", { timeout: 30_000 }, async (path, type, begin) => {
  const server = await serverWith();
  const socket = await open(server);
  socket.write(headOf({ path, type, length: 1000 }));
  socket.write(begin);
  expect(await statuses(socket, 1)).toEqual([408]);
});

it.each([
  ["a JSON body", headOf({ path: "/v1/completions", type: "application/json", length: 1000 }), '{"prompt": "'],
  ["a chunked body", headOf({ path: "/v1/chat/completions", type: "application/json", length: "chunked" }), "5\r\n{"],
  ["rows", headOf({ path: "/v1/sample", type: rows, length: 1000 }), "\x06\0\0"],
])("a client that leaves in the middle of %s is a line at info", async (_what, head, begin) => {
  for (const leave of ["resetAndDestroy", "destroy"] as const) {
    const server = await serverWith();
    const socket = await open(server);
    socket.write(head);
    socket.write(begin);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket[leave]();
    const lines = (): { level: number; msg: string }[] =>
      server
        .logged()
        .split("\n")
        .filter((line) => line.includes('"msg":"request') || line.includes('"level":50'))
        .map((line) => JSON.parse(line) as { level: number; msg: string });
    await until(() => lines().length > 0, "it is logged");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines().map(({ level, msg }) => [level, msg])).toEqual([[30, "request"]]);
  }
});
