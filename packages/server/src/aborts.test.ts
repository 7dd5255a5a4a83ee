/**
 * Requests of every kind whose clients leave at a moment that chance picks: afterwards everything is as before. 1,000 of them;
 * `ABORTED_REQUESTS=20000 npx vitest run apps/stream/src/serve/aborts.test.ts` is the long run, which prints what is left.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { bodyOf, rowOf, vocabSize } from "./testing/rows.ts";
import { serverWith } from "./testing/requests.ts";
import { type TestServer, until } from "./testing/testServer.ts";

const count = Number(process.env["ABORTED_REQUESTS"] ?? 1000);
const concurrency = 32;
const longestMs = 40;

/** Marsaglia's xorshift: the same moments in every run. */
let state = 2_463_534_242;
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

function postOf(path: string, body: object, type = "application/json"): Buffer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

const rows = "application/x-tokenmill-rows";
const tokens = { max_tokens: 2000, ignore_eos: true };
const requests: readonly Buffer[] = [
  postOf("/v1/completions", { ...tokens, prompt: "a", stream: true }),
  postOf("/v1/completions", { ...tokens, prompt: ["a", "b"], n: 3, stream: true, logprobs: 3 }),
  postOf("/v1/completions", { ...tokens, prompt: "a", n: 4, max_tokens: 300, logprobs: 20 }),
  postOf("/v1/completions", { prompt: "a".repeat(300), max_tokens: 2, echo: true, logprobs: 5, stream: true }),
  postOf("/v1/completions", { prompt: "a", user: "u".repeat(100_000), ...tokens }),
  postOf("/v1/chat/completions", { ...tokens, messages: [{ role: "user", content: "a" }], stream: true }),
  postOf("/v1/completions", { prompt: "a", top_pp: 1 }),
  postOf("/v1/logits", { prompt: "ab" }),
  postOf("/v1/sample", bodyOf({ rows: [{ sequenceId: 1, position: 0, open: { maxTokens: 1 } }] }, [rowOf(1, 0)]), rows),
  Buffer.from("GET /v1/vocabulary HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"),
];

/** Sends all or a part of a request or of two, reads or does not, and leaves by a reset or an end. */
async function abortedHttp({ url }: TestServer): Promise<void> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const bytes = Buffer.concat(Array.from({ length: 1 + random(2) }, () => requests[random(requests.length)]!));
  socket.write(random(3) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
  if (random(4) > 0) socket.resume();
  await new Promise((resolve) => setTimeout(resolve, random(longestMs)));
  const closed = once(socket, "close").catch(() => undefined);
  if (random(2) === 0) socket.resetAndDestroy();
  else socket.destroy();
  await closed;
}

async function abortedSocket({ url }: TestServer): Promise<void> {
  const isRows = random(3) === 0;
  const [path, protocol] = isRows ? ["/v1/sample", "tokenmill.sample.v1"] : ["/v1/stream", "tokenmill.v1.json"];
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, protocol);
  socket.on("error", () => undefined);
  await once(socket, "open").catch(() => undefined);
  for (let i = 0; i < 3 && socket.readyState === WebSocket.OPEN; i++) {
    const open = { type: "open", id: `${i}`, credits: random(30), request: { maxTokens: 1000 } };
    const row = { sequenceId: i, position: 0, open: {} };
    socket.send(isRows ? bodyOf({ rows: [row] }, [rowOf(i, 0)]) : JSON.stringify(open), { fin: random(8) > 0 });
  }
  await new Promise((resolve) => setTimeout(resolve, random(longestMs)));
  const closed = once(socket, "close").catch(() => undefined);
  if (random(2) === 0) socket.terminate();
  else socket.close();
  if (random(2) === 0) setTimeout(() => socket.terminate(), random(longestMs));
  await closed;
}

async function abortMany(server: TestServer, many: number): Promise<void> {
  let left = many;
  const clients = Array.from({ length: concurrency }, async () => {
    while (left-- > 0) await (random(4) === 0 ? abortedSocket(server) : abortedHttp(server));
  });
  await Promise.all(clients);
}

async function gauges({ url }: TestServer): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`, { headers: { connection: "close" } })).text();
  const names =
    /^(tokenmill_(?:quota_used|num_requests_\w+|free_slots|http_connections|websocket_connections)\{(?:quota="\w+")?).* (\d+)$/gm;
  return Object.fromEntries([...text.matchAll(names)].map(([, name, value]) => [name!, Number(value)]));
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function heapMiB(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

it(`${count} requests that are aborted leave nothing behind`, { timeout: 60_000 + 60 * count }, async () => {
  const server = await serverWith({ sampleVocabSize: vocabSize, limits: { shutdownTimeoutMs: 1000 } });
  const base = await gauges(server);
  expect(Object.keys(base)).toHaveLength(12);
  const isBase = async (): Promise<boolean> => JSON.stringify(await gauges(server)) === JSON.stringify(base);
  // Code, pools and caches that the first of each kind makes stay.
  await abortMany(server, 300);
  await until(isBase, "the first are gone");
  const before = await heapMiB();
  await abortMany(server, count);
  await until(isBase, "all gauges are as at first").catch(() => undefined);
  expect(await gauges(server)).toEqual(base);
  const after = await heapMiB();
  if (process.env["ABORTED_REQUESTS"] !== undefined) {
    console.log(`heap ${before.toFixed(1)} MiB before, ${after.toFixed(1)} MiB after ${count}`, base);
  }
  // One leaked request of these is 10 kB and more.
  expect(after - before).toBeLessThan(10);
  expect(server.logged()).not.toContain('"level":50');
});
