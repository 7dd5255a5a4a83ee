/**
 * Healthy streams alone, in company, and beside clients that mean no good: `npx tsx bench/hostile.bench.ts`.
 *
 * The server, the healthy clients and the others are a process each, on the same cores. Half of the healthy streams run
 * already when the others come, and go on as long as it takes; the other half start while they are there, spread over 2.5 s.
 * In every round they run once beside nobody and once beside each set of `HOSTILE_SETS` (kinds of `hostile/mix.ts` joined
 * by +, sets by commas). `crowd+guests` are as many good requests as the whole mix sends, at the same pace: sequences
 * share the workers, so company alone makes everybody wait. The last lines are the same for a server that is `node:http`
 * and nothing else (`hostile/plain.ts`): what one thread beside all these clients comes to.
 *
 * Printed, in ms, p50 and p99: between tokens of the streams that run, to the first token and between tokens of those that
 * start; the longest delay of the server's event loop; in seconds, the CPU that the server's main thread, its
 * workers, the others and the healthy clients took; how many streams were those of the offline run; what the others were
 * answered; what is left in the server after each round, its memory after a garbage collection included: there is no leak
 * if that levels off.
 * `HEALTHY_STREAMS` (200), `HOSTILE_CLIENTS` (500) and `BENCH_ROUNDS` (3) make it smaller or larger.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HealthyStream, offlineTokens } from "./hostile/healthy.ts";
import { type Child, cpuSeconds, start, stop } from "./hostile/processes.ts";

const STREAMS = Number(process.env["HEALTHY_STREAMS"] ?? 200);
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 3);
const everything = "slow+vanish+malformed+halfOpen+slowloris+huge";
const SETS = (process.env["HOSTILE_SETS"] ?? `crowd+guests,malformed,${everything}`).split(",");
const half = STREAMS / 2;
/** Of the streams that start while the others are there. */
const tokens = 100;
/** How long the streams that run are watched at least: the others come for 3 s. */
const watchedMs = 4000;

const program = fileURLToPath(new URL("../bin/tokenmill.js", import.meta.url));
const mixProgram = fileURLToPath(new URL("./hostile/mix.ts", import.meta.url));
const plainProgram = fileURLToPath(new URL("./hostile/plain.ts", import.meta.url));
const tsx = ["--import", import.meta.resolve("tsx")];

/** Values of the server's metrics by name, labels left out. */
async function metricsOf(port: number): Promise<Record<string, number>> {
  const request = get({ host: "127.0.0.1", port, path: "/metrics", agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  const lines = [...text.matchAll(/^([\w:]+)(?:\{.*\})? (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name!, Number(value)]));
}

interface Left {
  readonly sequences: number;
  readonly connections: number;
  readonly fileDescriptors: number;
  readonly heapMiB: number;
  readonly memoryMiB: number;
}

/** After a garbage collection: what is still in use. */
async function left(child: Child): Promise<Left> {
  const { pid, port } = child;
  child.kill("SIGUSR2");
  const metrics = await metricsOf(port);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    sequences: metrics["tokenmill_num_requests_running"]! + metrics["tokenmill_num_requests_waiting"]!,
    // but the one that asks
    connections: metrics["tokenmill_http_connections"]! - 1,
    fileDescriptors: metrics["process_open_fds"]!,
    heapMiB: Math.round(metrics["nodejs_heap_size_used_bytes"]! / 2 ** 20),
    memoryMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024),
  };
}

const sorted = (xs: readonly number[]): number[] => xs.toSorted((a, b) => a - b);
const quantiles = (xs: readonly number[]): string =>
  [0.5, 0.99].map((q) => (sorted(xs)[Math.floor(xs.length * q)] ?? Number.NaN).toFixed(0).padStart(5)).join(" ");

/** Every healthy stream of the token server. */
const seen: HealthyStream[] = [];

/** Runs the healthy streams beside the set, and says how they did. */
async function runBeside(set: string, server: Child, isPlain: boolean): Promise<void> {
  const mix = [...tsx, mixProgram, String(server.port), set.replaceAll("+", ",")];
  const others = set === "nobody" ? undefined : await start(mix);
  const open = (sequenceId: number, count: number): HealthyStream => {
    const stream = new HealthyStream(server.port, sequenceId, count);
    if (!isPlain) seen.push(stream);
    return stream;
  };
  const running = Array.from({ length: half }, (_, i) => open(i, 15_000));
  await Promise.all(running.map(({ started }) => started));
  await sleep(500);
  // Reading it starts a new interval.
  if (!isPlain) await metricsOf(server.port);
  const before = [cpuSeconds(server), process.cpuUsage()] as const;
  const startMs = performance.now();
  for (const stream of running) stream.forget();
  others?.stdin!.write("go\n");
  await sleep(500);
  const starting: HealthyStream[] = [];
  for (let i = 0; i < half; i++) {
    starting.push(open(half + i, tokens));
    await sleep(startMs + 500 + ((i + 1) * 2500) / half - performance.now());
  }
  await Promise.all(starting.map(({ ended }) => ended));
  await sleep(Math.max(0, startMs + watchedMs - performance.now()));
  const after = [cpuSeconds(server), process.cpuUsage(before[1])] as const;
  const between = quantiles(running.flatMap(({ betweenMs }) => betweenMs));
  for (const stream of running) stream.leave();
  await Promise.all(running.map(({ ended }) => ended));
  const lagMs = isPlain ? Number.NaN : (await metricsOf(server.port))["nodejs_eventloop_lag_max_seconds"]! * 1000;
  const cpu = [
    after[0].main - before[0].main,
    after[0].others - before[0].others,
    others ? cpuSeconds(others).main : 0,
    (after[1].user + after[1].system) / 1e6,
  ];
  const answers = others ? await stop(others) : "";
  const columns = [
    between,
    quantiles(starting.map(({ firstMs }) => firstMs ?? Number.NaN)),
    quantiles(starting.flatMap(({ betweenMs }) => betweenMs)),
    lagMs.toFixed(0).padStart(5),
    ...cpu.map((seconds) => seconds.toFixed(1).padStart(4)),
  ];
  for (const { failure } of [...running, ...starting]) if (failure !== undefined) console.log("failed:", failure);
  console.log(`${columns.join("  ")}  ${isPlain ? "plain" : "     "}  ${set} ${answers}`);
  if (!isPlain) await whenEmpty(server);
}

/** Waits until no sequence and no connection is left; 30 s at most. */
async function whenEmpty(server: Child): Promise<void> {
  const untilMs = performance.now() + 30_000;
  let now = await left(server);
  while (now.sequences + now.connections > 0 && performance.now() < untilMs) {
    await sleep(50);
    now = await left(server);
  }
  if (now.sequences + now.connections > 0) {
    console.log("left in the server:", JSON.stringify(now));
    process.exitCode = 1;
  }
}

/** Whether each stream is a beginning of what the engine alone makes of it. */
async function checkTokens(): Promise<void> {
  const lengths = new Map<number, number>();
  for (const { sequenceId, tokenIds } of seen) {
    lengths.set(sequenceId, Math.max(tokenIds.length, lengths.get(sequenceId) ?? 0));
  }
  const expected = await offlineTokens(lengths);
  const equal = seen.filter(({ sequenceId, tokenIds, failure }) => {
    return failure === undefined && tokenIds.every((tokenId, i) => tokenId === expected.get(sequenceId)![i]);
  });
  console.log(`${equal.length} of ${seen.length} streams are those of the engine alone`);
  if (equal.length < seen.length) process.exitCode = 1;
}

const sets = ["nobody", ...SETS];
console.log(`${half} streams that run, ${half} that start:`);
console.log("    between        first      between    lag  CPU s: main, workers, others, healthy");
console.log("  p50   p99    p50   p99    p50   p99");
const collecting = ["--expose-gc", "--import", 'data:text/javascript,process.on("SIGUSR2",()=>gc())'];
const flags = ["--port", "0", "--log-level", "silent", "--request-timeout", "10"];
const server = await start([...collecting, program, "serve", ...flags]);
const memory: Left[] = [await left(server)];
for (let round = 0; round < ROUNDS; round++) {
  for (const set of sets) await runBeside(set, server, false);
  memory.push(await left(server));
}
console.log("left in the server at first and after each round:");
for (const each of memory) console.log(`  ${JSON.stringify(each)}`);
const grownMiB = memory.at(-1)!.heapMiB - memory[1]!.heapMiB;
console.log(`heap in use from the first round to the last: ${grownMiB < 0 ? "" : "+"}${grownMiB} MiB`);
await stop(server);
const plain = await start([...tsx, plainProgram]);
for (const set of sets) await runBeside(set, plain, true);
await stop(plain);
await checkTokens();
