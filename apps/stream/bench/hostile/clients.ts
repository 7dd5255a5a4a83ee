/** Clients that mean no good, by kind. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { head, open, post, run } from "./wire.ts";

export const CLIENTS: number = Number(process.env["HOSTILE_CLIENTS"] ?? 500);

const stream = (maxTokens: number): string =>
  JSON.stringify({ prompt: "Fellow citizens", max_tokens: maxTokens, stream: true, ignore_eos: true });

const malformed: readonly (readonly [body: string | Buffer, headers?: string])[] = [
  ['{"prompt": "x", "max_tokens": '],
  [Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ["[".repeat(500_000)],
  [`${'{"prompt":'.repeat(50_000)}1${"}".repeat(50_000)}`],
  ['{"prompt": "x", "top_pp": 1}'],
  ['{"prompt": {"a": 1}}'],
  ["{}", "content-length: 7\r\n"],
  ["{}", "content-length: 2\r\ntransfer-encoding: chunked\r\n"],
  ["{}", `x-long: ${"a".repeat(20_000)}\r\n`],
  [JSON.stringify({ prompt: Array.from({ length: 150_000 }, (_, i) => i) })],
  [JSON.stringify({ prompt: "word ".repeat(200_000) })],
  [JSON.stringify({ prompt: "x", bad_words: Array.from({ length: 90_000 }, (_, i) => `w${i}`) })],
  [JSON.stringify({ prompt: "x", ["f".repeat(1_000_000)]: 1 })],
];

/** One client of each kind, number `i`. */
export const clients: Readonly<Record<string, (i: number) => Promise<void>>> = {
  /** Asks for more than a connection buffers, and reads a byte a second. */
  async slow() {
    const socket = await open("slow");
    post(socket, stream(15_000));
    await once(socket, "data");
    socket.pause();
    while (!run.isOver && !socket.destroyed) {
      await sleep(1000);
      socket.read(1);
    }
  },
  /** As many streams that are read as fast as they come. */
  async crowd() {
    const socket = await open("crowd");
    post(socket, stream(15_000));
  },
  /** Twice as many short ones, as `vanish` and `malformed` come. */
  async guests(i) {
    await sleep(i * 6);
    for (const socket of [await open("guests"), await open("guests")]) post(socket, stream(16));
  },
  /** Leaves in the middle, by a reset. */
  async vanish(i) {
    await sleep(i * 6);
    const socket = await open("vanish");
    post(socket, stream(1000));
    for (let chunks = 0; chunks < 3 && !socket.destroyed; chunks++) await once(socket, "data");
    socket.resetAndDestroy();
  },
  async malformed(i) {
    await sleep(i * 6);
    const socket = await open("malformed");
    const [body, headers] = malformed[i % malformed.length]!;
    post(socket, body, headers);
  },
  /** Promises a body, sends half of it, says no more. */
  async halfOpen(i) {
    if (i >= CLIENTS / 5) return;
    const socket = await open("halfOpen");
    socket.write(`${head(1000)}{"prompt": `);
  },
  /** A byte of a header now and then. */
  async slowloris(i) {
    if (i >= CLIENTS / 5) return;
    const socket = await open("slowloris");
    socket.write("POST /v1/completions HTTP/1.1\r\nx: ");
    while (!run.isOver && !socket.destroyed) {
      await sleep(500);
      socket.write("a");
    }
  },
  /** A gigabyte: said beforehand, or sent in chunks as long as it is taken. */
  async huge(i) {
    if (i >= CLIENTS / 100) return;
    const socket = await open("huge");
    const piece = Buffer.alloc(65_536, 32);
    if (i % 2 === 0) socket.write(head(2 ** 30));
    else socket.write(head(0).replace("content-length: 0", "transfer-encoding: chunked"));
    for (let sent = 0; sent < 2 ** 30 && !run.isOver && !socket.destroyed; sent += piece.length) {
      const isTaken = socket.write(
        i % 2 === 0 ? piece : Buffer.concat([Buffer.from("10000\r\n"), piece, Buffer.from("\r\n")]),
      );
      if (!isTaken) await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
    }
  },
  /** A schema that nobody has asked for before, to be compiled. */
  async schema(i) {
    if (i >= CLIENTS / 25) return;
    await sleep(i * 150);
    const socket = await open("schema");
    const schema = { type: "object", properties: { [`a${i}`]: { type: "string", maxLength: 8 } }, required: [`a${i}`] };
    post(socket, JSON.stringify({ prompt: "x", max_tokens: 30, json_schema: schema }));
  },
};
