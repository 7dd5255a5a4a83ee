/**
 * Who stops whom: gaps between tokens of healthy streams, alone and beside each attack of `hostile/attacks.ts`:
 * `npx tsx bench/isolation.bench.ts`, under five minutes.
 *
 * The server, the attackers and the healthy clients are a process each, on the same cores; attackers come from an address of
 * their own. For each attack the healthy streams start anew, are watched alone, then beside it. A gap that is not at its end
 * when the watch is counts as long as it is by then. The last column says what else became of healthy clients: streams that
 * failed, and how long a request took that began beside the attack.
 * `ATTACKS` names some of them, with commas; `HEALTHY_STREAMS` (100), `WATCH_MS` (4000), `HOSTILE_ADDRESS` (127.0.0.2; 127.0.0.1:
 * attackers share the address of the healthy), `MARKDOWN=1` prints the table as Markdown only.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HealthyStream } from "./hostile/healthy.ts";
import { type Child, start, stop } from "./hostile/processes.ts";

process.env["HOSTILE_ADDRESS"] ??= "127.0.0.2";
const STREAMS = Number(process.env["HEALTHY_STREAMS"] ?? 100);
const WATCH_MS = Number(process.env["WATCH_MS"] ?? 4000);
const isMarkdownOnly = process.env["MARKDOWN"] === "1";
/** Times the gap alone. */
const goal = 3;

const program = fileURLToPath(new URL("../bin/tokenmill.js", import.meta.url));
const mixProgram = fileURLToPath(new URL("./hostile/mix.ts", import.meta.url));
const slowSourceProgram = fileURLToPath(new URL("./hostile/slowSource.ts", import.meta.url));
const hang = fileURLToPath(new URL("./hostile/stages/hang.mjs", import.meta.url));
const slow = fileURLToPath(new URL("./hostile/stages/slow.mjs", import.meta.url));
const tsx = ["--import", import.meta.resolve("tsx")];
const stages = ["--stage", `hang=${hang}`, "--stage", `slow=${slow}`];
const serve = [program, "serve", "--port", "0"];

/** How a server for an attack is started. */
const servers = {
  embedded: () => start([...serve, ...stages, "--log-level", "silent", "--row-timeout", "1", "--stall-timeout", "2"]),
  slowSource: () => start([...tsx, slowSourceProgram]),
  // Every request is a line of a log that nobody reads.
  unreadLog: () => start([...serve, "--log-level", "info"], { hasReader: false }),
} as const;
type ServerKind = keyof typeof servers;

interface Attack {
  readonly what: string;
  /** Of `hostile/attacks.ts` and `hostile/clients.ts`. */
  readonly kinds: string;
  readonly server?: ServerKind;
  /** Only when it is named in `ATTACKS`. */
  readonly isExtra?: true;
}

const all: Readonly<Record<string, Attack>> = {
  nobody: { what: "nobody", kinds: "" },
  hungStage: { what: "2 requests with a stage that hangs", kinds: "hungStage" },
  slowStage: { what: "4 streams with a stage of 20 ms", kinds: "slowStage" },
  slowSource: { what: "4 streams whose rows take 200 ms", kinds: "slowSource", server: "slowSource" },
  synthId: { what: "4 streams with SynthID of depth 128", kinds: "synthId" },
  largeBodies: { what: "32 clients with bodies of 1 MB", kinds: "largeBodies" },
  promised: { what: "500 connections with promised bodies", kinds: "promised" },
  smallMessages: { what: "8 WebSockets with floods of 40 bytes", kinds: "smallMessages" },
  largeMessages: { what: "4 WebSockets with floods of 1 MB", kinds: "largeMessages" },
  pings: { what: "8 WebSockets with floods of pings", kinds: "pings" },
  zeroCredits: { what: "8000 sequences without credits", kinds: "zeroCredits" },
  unread: { what: "10 whole answers that are not read", kinds: "unread" },
  unreadLog: { what: "requests for a log that is not read", kinds: "requests", server: "unreadLog" },
  // Of these most have streams of their own: what company alone costs is told by `hostile.bench.ts`.
  mix: {
    what: "slow, vanishing, malformed, half-open, huge",
    kinds: "slow+vanish+malformed+halfOpen+slowloris+huge",
    isExtra: true,
  },
  grammars: { what: "4 clients with hostile grammars", kinds: "grammars", isExtra: true },
};
const named = process.env["ATTACKS"]?.split(",");
const names = named ?? Object.keys(all).filter((name) => !all[name]!.isExtra);

const quantile = (xs: readonly number[], q: number): number =>
  xs.toSorted((a, b) => a - b)[Math.min(xs.length - 1, Math.floor(xs.length * q))] ?? Number.NaN;

interface Watch {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly tokensPerSecond: number;
}

async function watch(streams: readonly HealthyStream[]): Promise<Watch> {
  for (const stream of streams) stream.forget();
  await sleep(WATCH_MS);
  const gaps = streams.flatMap((stream) => stream.betweenMs);
  const tokensPerSecond = (gaps.length * 1000) / WATCH_MS;
  for (const { openGapMs } of streams) gaps.push(openGapMs);
  return { p50Ms: quantile(gaps, 0.5), p99Ms: quantile(gaps, 0.99), maxMs: quantile(gaps, 1), tokensPerSecond };
}

interface Row {
  readonly what: string;
  readonly alone: Watch;
  readonly beside: Watch;
  readonly failed: readonly string[];
  /** Time to the first token of a stream that began beside the attack. */
  readonly firstMs: number | string;
}

async function measure(
  { what, kinds, server: kind = "embedded" }: Attack,
  running: Map<ServerKind, Child>,
): Promise<Row> {
  const server = running.get(kind) ?? (await servers[kind]());
  running.set(kind, server);
  const prompt = kind === "slowSource" ? [1, 2] : undefined;
  const open = (id: number, tokens: number): HealthyStream => new HealthyStream(server.port, id, tokens, prompt);
  const streams = Array.from({ length: STREAMS }, (_, id) => open(id, 16_000));
  await Promise.all(streams.map(({ started }) => started));
  await sleep(500);
  const alone = await watch(streams);
  const others =
    kinds === "" ? undefined : await start([...tsx, mixProgram, `${server.port}`, kinds.replaceAll("+", ",")]);
  others?.stdin!.write("go\n");
  await sleep(500);
  const late = open(STREAMS, 16);
  const beside = await watch(streams);
  const firstMs = late.firstMs ?? late.failure ?? `more than ${WATCH_MS} ms`;
  const failed = streams.flatMap(({ failure, hasEnded }) => failure ?? (hasEnded ? "no token left to wait for" : []));
  for (const stream of [...streams, late]) stream.leave();
  if (others) await stop(others);
  await Promise.race([Promise.all(streams.map(({ ended }) => ended)), sleep(2000)]);
  await sleep(500);
  return { what, alone, beside, failed, firstMs };
}

const ms = (value: number): string => (value < 9.95 ? value.toFixed(1) : value.toFixed(0));

function cells({ what, alone, beside, failed, firstMs }: Row): string[] {
  const times = beside.p99Ms / alone.p99Ms;
  return [
    what,
    `${ms(alone.p50Ms)} / ${ms(alone.p99Ms)}`,
    `${ms(beside.p50Ms)} / ${ms(beside.p99Ms)}`,
    ms(beside.maxMs),
    times.toFixed(1),
    times <= goal ? "yes" : "no",
    `${Math.round(beside.tokensPerSecond)} of ${Math.round(alone.tokensPerSecond)}`,
    typeof firstMs === "number" ? ms(firstMs) : firstMs,
    failed.length === 0 ? "0" : `${failed.length}: ${failed[0]}`,
  ];
}

const titles = [
  "beside",
  "alone p50 / p99, ms",
  "beside p50 / p99, ms",
  "max, ms",
  "p99 ×",
  `≤ ${goal} ×`,
  "tokens/s",
  "first token, ms",
  "failed",
];

function printText(table: readonly (readonly string[])[]): void {
  const widths = titles.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lineOf = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  for (const row of table) console.log(lineOf(row).trimEnd());
}

function printMarkdown(table: readonly (readonly string[])[]): void {
  const [head, ...rows] = table.map((row) => `| ${row.join(" | ")} |`);
  console.log([head, `|---|${"---:|".repeat(titles.length - 1)}`, ...rows].join("\n"));
}

const running = new Map<ServerKind, Child>();
const table: string[][] = [titles];
for (const name of names) {
  const attack = all[name];
  if (!attack)
    throw new Error(`"ATTACKS" expected some of ${Object.keys(all).join(", ")}, got ${JSON.stringify(name)}`);
  const row = cells(await measure(attack, running));
  if (!isMarkdownOnly) console.error(row.join("  "));
  table.push(row);
}
for (const server of running.values()) server.kill("SIGKILL");
if (!isMarkdownOnly) {
  console.log(`\n${STREAMS} healthy streams, gaps between their tokens:`);
  printText(table);
  console.log();
}
printMarkdown(table);
