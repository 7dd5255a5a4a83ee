/**
 * The server in a process of its own, this process as its clients.
 * 1. `SERVE_STREAMS` concurrent SSE streams over the embedded model: every stream's token ids against the engine's own run
 *    with the same seed, times to the first token and between tokens, the server's memory.
 * 2. Events per CPU second of the server's main thread beside a bare node:http writer of chunks as long, interleaved.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request as httpRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createEngine } from "@tokenmill/engine";
import { createEmbeddedModel } from "@tokenmill/embedded-model";
import { printSeries, quantile, rounds, type Series, writeSeries } from "@tokenmill/test-benchmarks";

const STREAMS = Number(process.env["SERVE_STREAMS"] ?? 500);
const TOKENS = Number(process.env["SERVE_TOKENS"] ?? 100);
const WRITER_STREAMS = 128;
const WRITER_TOKENS = 1000;
const PROMPT = "Fellow citizens";

const program = fileURLToPath(new URL("../bin/tokenmill.js", import.meta.url));
const series: Series[] = [];
const add = (name: string, unit: string, values: readonly number[], streams = STREAMS): void =>
  void series.push({ bench: "server", name, at: { streams }, unit, values });

/** Starts a child that says where it listens. */
async function start(args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, port: Number(/:(\d+)\n/.exec(line.toString())![1]) };
}

const serve = (...flags: string[]): ReturnType<typeof start> =>
  start([program, "serve", "--port", "0", "--log-level", "warn", ...flags]);

async function stop(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** CPU seconds of the main thread so far (Linux). */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function memoryMiB({ pid }: ChildProcess): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024);
}

/** One stream; `onChunk` gets what arrives. */
function stream(port: number, body: object, onChunk: (chunk: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const options = { port, path: "/v1/completions", method: "POST", agent: false, headers };
    const request = httpRequest(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.setEncoding("latin1").on("data", onChunk).on("end", resolve).on("error", reject);
    });
    request.on("error", reject).end(JSON.stringify({ ...body, stream: true, ignore_eos: true, seed: 9 }));
  });
}

async function manyStreams(): Promise<void> {
  const { child, port } = await serve();
  const ttft: number[] = [];
  const itl: number[] = [];
  const memory = [memoryMiB(child)];
  const sampling = setInterval(() => memory.push(memoryMiB(child)), 1000);
  const startMs = performance.now();
  const hashes = await Promise.all(
    Array.from({ length: STREAMS }, async (_, i) => {
      const hash = createHash("sha256");
      let lastMs = performance.now();
      let next = 0;
      let rest = "";
      const body = { prompt: PROMPT, max_tokens: TOKENS, sequence_id: i, return_token_ids: true };
      await stream(port, body, (chunk) => {
        const nowMs = performance.now();
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop()!;
        for (const block of blocks) {
          const [, index, tokenId] = /^id: \d+:(\d+)[^\n]*\n.*"token_ids":\[(\d+)\]/.exec(block) ?? [];
          if (index === undefined) continue;
          if (Number(index) !== next) throw new Error(`stream ${i}: event ${index} instead of ${next}`);
          (next++ === 0 ? ttft : itl).push(nowMs - lastMs);
          lastMs = nowMs;
          hash.update(`${tokenId},`);
        }
      });
      return hash.digest("hex");
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  clearInterval(sampling);
  memory.push(memoryMiB(child));
  await stop(child);
  const engine = await createEngine({ source: await createEmbeddedModel() });
  const alone = await Promise.all(
    hashes.map(async (_, sequenceId) => {
      const hash = createHash("sha256");
      const request = { prompt: PROMPT, maxTokens: TOKENS, ignoreEos: true, seed: 9, sequenceId };
      for await (const { tokenId } of engine.stream(request)) hash.update(`${tokenId},`);
      return hash.digest("hex");
    }),
  );
  await engine.close();
  const equal = hashes.filter((hash, i) => hash === alone[i]).length;
  add("streams equal to the offline run", "streams", [equal]);
  add("time per token", "µs a token", [(seconds * 1e6) / (STREAMS * TOKENS)]);
  for (const [name, times] of [
    ["to the first token", ttft],
    ["between tokens", itl],
  ] as const) {
    for (const p of [50, 99]) add(`${name}, p${p}`, "ms", [quantile(times, p / 100)]);
  }
  add("memory at the start", "MiB", [memory[0]!]);
  add("memory at most", "MiB", [Math.max(...memory)]);
  if (equal < STREAMS) process.exitCode = 1;
}

/** Events per CPU second of the child's main thread; the first round warms up. */
async function eventRate(child: ChildProcess, port: number): Promise<number> {
  const round = async (): Promise<number> => {
    const before = cpuSeconds(child);
    const body = { prompt: [1], max_tokens: WRITER_TOKENS };
    await Promise.all(
      Array.from({ length: WRITER_STREAMS }, (_, i) => stream(port, { ...body, sequence_id: i }, () => undefined)),
    );
    return (WRITER_STREAMS * WRITER_TOKENS) / (cpuSeconds(child) - before);
  };
  await round();
  const rate = await round();
  await stop(child);
  return rate;
}

async function besideBareWriter(): Promise<void> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const server = await serve("--source", "synthetic", "--vocab-size", "256", "--workers", "1");
    ours.push(await eventRate(server.child, server.port));
    const writer = await start(["--import", "tsx", fileURLToPath(import.meta.url), "writer"]);
    bare.push(await eventRate(writer.child, writer.port));
  }
  add("events per CPU second, serve", "events", ours, WRITER_STREAMS);
  add("events per CPU second, bare node:http", "events", bare, WRITER_STREAMS);
  const ratios = ours.map((rate, i) => rate / bare[i]!);
  add("serve ÷ bare node:http", "×", ratios, WRITER_STREAMS);
}

/** What node:http alone costs: a chunk to each stream round robin, yielding as often as the engine does. */
async function runWriter(): Promise<void> {
  const open: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
      if (open.push(response) === WRITER_STREAMS) void write(open.splice(0));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
}

async function write(responses: readonly ServerResponse[]): Promise<void> {
  const choice = '{"index":0,"text":"","logprobs":null,"finish_reason":null}';
  const head = '{"id":"cmpl-e73a53ad825f42e486252fabdfaeca0e","object":"text_completion","created":1795611080,"model":';
  for (let index = 0; index < WRITER_TOKENS; index++) {
    const chunk = `id: 410754681246709653480237056172193804951327:${index}\ndata: ${head}"synthetic gaussian","choices":[${choice}]}\n\n`;
    for (const [i, response] of responses.entries()) {
      response.write(chunk);
      if (i % 64 === 63) await setImmediate();
    }
  }
  for (const response of responses) response.end("data: [DONE]\n\n");
}

if (process.argv[2] === "writer") await runWriter();
else {
  await manyStreams();
  await besideBareWriter();
  printSeries(series);
  writeSeries(series);
}
