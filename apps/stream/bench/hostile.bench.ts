/**
 * Healthy streams alone, in company, and beside clients that mean no good: `npx tsx bench/hostile.bench.ts`.
 *
 * The server, the healthy clients and the others are a process each. In every round the healthy streams run once beside
 * nobody, once beside each set of `HOSTILE_SETS` (kinds of `hostile/mix.ts` joined by +, sets by commas). `crowd` is as many
 * well-behaved streams as `slow` has clients: sequences take turns, so that company alone makes everybody wait.
 * Printed: p50 and p99 to the first token and between tokens, whether every stream was that of the offline run, the
 * answers that the others got, and what is left in the server when all are gone.
 * `HEALTHY_STREAMS` (200), `HEALTHY_TOKENS` (100), `HOSTILE_CLIENTS` (500) and `BENCH_ROUNDS` (1) make it smaller or larger.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { healthyStreams, offlineDigests } from "./hostile/healthy.ts";

const STREAMS = Number(process.env["HEALTHY_STREAMS"] ?? 200);
const TOKENS = Number(process.env["HEALTHY_TOKENS"] ?? 100);
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 1);
const everything = "slow+vanish+malformed+halfOpen+slowloris+huge";
const SETS = (process.env["HOSTILE_SETS"] ?? `crowd,slow,vanish,malformed,halfOpen+slowloris,huge,${everything}`).split(
  ",",
);

const program = fileURLToPath(new URL("../bin/tokenmill.js", import.meta.url));
const mix = fileURLToPath(new URL("./hostile/mix.ts", import.meta.url));

async function start(args: readonly string[]): Promise<ChildProcess & { port: number }> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  child.once("exit", (code) => {
    if (code) throw new Error(`${args.join(" ")} ended with code ${code}`);
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return Object.assign(child, { port: Number(/:(\d+)\n/.exec(line.toString())?.[1]) });
}

/** Ends the child; what it says at its end. */
async function stop(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.kill("SIGTERM");
  await once(child, "exit");
  return text;
}

/** Values of the server's metrics by name, labels left out. */
async function metricsOf(port: number): Promise<Record<string, number>> {
  const request = get({ port, path: "/metrics", agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  const lines = [...text.matchAll(/^([\w:]+)(?:\{.*\})? (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name!, Number(value)]));
}

interface Left {
  readonly sequences: number;
  readonly connections: number;
  readonly fileDescriptors: number;
  readonly memoryMiB: number;
}

async function left({ pid, port }: ChildProcess & { port: number }): Promise<Left> {
  const metrics = await metricsOf(port);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    sequences: metrics["tokenmill:num_requests_running"]! + metrics["tokenmill:num_requests_waiting"]!,
    // but the one that asks
    connections: metrics["tokenmill:http_connections"]! - 1,
    fileDescriptors: metrics["process_open_fds"]!,
    memoryMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024),
  };
}

const quantile = (xs: readonly number[], q: number): string =>
  (xs.toSorted((a, b) => a - b)[Math.floor(xs.length * q)] ?? Number.NaN).toFixed(0).padStart(5);

const expected = await offlineDigests(STREAMS, TOKENS);
const server = await start([program, "serve", "--port", "0", "--log-level", "silent", "--request-timeout", "10"]);
await healthyStreams(server.port, STREAMS, 20);
const before = await left(server);

/** Runs the healthy streams beside the set, and says how they did. */
async function runBeside(set: string): Promise<void> {
  // Reading it starts a new interval.
  await metricsOf(server.port);
  const args = ["--import", import.meta.resolve("tsx"), mix, String(server.port), set.replaceAll("+", ",")];
  const others = set === "nobody" ? undefined : await start(args);
  if (others) await sleep(500);
  const { firstMs, betweenMs, digests } = await healthyStreams(server.port, STREAMS, TOKENS);
  const lagMs = (await metricsOf(server.port))["nodejs_eventloop_lag_max_seconds"]! * 1000;
  const answers = others ? await stop(others) : "";
  while ((await left(server)).sequences > 0) await sleep(50);
  const equal = digests.filter((digest, i) => digest === expected[i]).length;
  if (equal < STREAMS) process.exitCode = 1;
  const [first, between] = [firstMs, betweenMs].map((all) => `${quantile(all, 0.5)} ${quantile(all, 0.99)}`);
  console.log(
    `    ${first}       ${between} ${lagMs.toFixed(0).padStart(5)}  ${equal} of ${STREAMS}  ${set} ${answers}`,
  );
}

console.log(
  `${STREAMS} healthy streams of ${TOKENS} tokens, ms; lag: longest time that the server's loop did not turn`,
);
console.log("first p50   p99  between p50   p99   lag  whole streams  beside");
for (let round = 0; round < ROUNDS; round++) for (const set of ["nobody", ...SETS]) await runBeside(set);
await sleep(1000);
const after = await left(server);
await stop(server);
console.log("left in the server, before and after:", JSON.stringify(before), JSON.stringify(after));
if (after.sequences > 0 || after.connections > 0) process.exitCode = 1;
