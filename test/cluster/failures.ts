/**
 * What a client sees when something fails, on three machines (network namespaces) with a NATS server and a `tokenmill serve` each:
 * `npx pnpm --filter @tokenmill/test-cluster failures [trials] [parts…]`, by default 5, and all of: nothing, kill, drain, cut, nats,
 * allNats, gateway; Linux, as root, TOKENMILL_NATS_SERVER of 2.11 or later.
 * Machine 1 has the client, machine 2 or 3 makes its stream; a token takes 20 ms. Prints the longest time without an event.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Machine } from "./machine.ts";
import { readStream, type ServeProcess } from "./servers.ts";

const [trials = "5", ...chosen] = process.argv.slice(2);
const key = join(mkdtempSync(join(tmpdir(), "tokenmill-failures-")), "resume.key");
writeFileSync(key, randomBytes(32).toString("base64"), { mode: 0o600 });
const source = `module:${join(import.meta.dirname, "sleepingSource.mjs")}`;
const common = ["--source", source, "--workers", "0", "--resume-key-file", key];
const body = { prompt: "abc", max_tokens: 500, ignore_eos: true, seed: 5, stream: true };

const machines = await Machine.startAll();
const gatewayFlags = [...common, "--cluster-capacity", "0"];
const servers = await Promise.all(machines.map((each, i) => each.serve(i === 0 ? gatewayFlags : common)));

/** Who makes the stream that was claimed last. */
const lastClaims = new Map<ServeProcess, number>();
const claimsOf = ({ log }: ServeProcess): number => log.filter(({ msg }) => msg === "claimed").length;
const noteClaims = (): void => {
  for (const server of servers) lastClaims.set(server, claimsOf(server));
};
const makerNow = (): number => servers.findIndex((server) => claimsOf(server) > (lastClaims.get(server) ?? 0));

interface Failure {
  readonly part: string;
  readonly what: string;
  fail(maker: number): Promise<void>;
  mend(maker: number): Promise<void>;
}

const restart = async (i: number): Promise<void> => {
  servers[i] = await machines[i]!.serve(i === 0 ? gatewayFlags : common);
};
const failures: readonly Failure[] = [
  { part: "nothing", what: "nothing fails", fail: async () => {}, mend: async () => {} },
  { part: "kill", what: "the server that makes it is killed", fail: (i) => servers[i]!.kill(), mend: restart },
  { part: "drain", what: "it is stopped by SIGTERM", fail: (i) => servers[i]!.kill("SIGTERM"), mend: restart },
  {
    part: "cut",
    what: "its machine, with a NATS server, is cut off",
    fail: async (i) => machines[i]!.cut(),
    async mend(i) {
      machines[i]!.heal();
      await sleep(6000);
    },
  },
  {
    part: "nats",
    what: "a NATS server is killed",
    fail: (i) => machines[5 - i - 2]!.killNats(),
    mend: (i) => machines[5 - i - 2]!.startNats().then(() => sleep(3000)),
  },
  {
    part: "allNats",
    what: "all NATS servers are killed for three seconds",
    async fail() {
      await Promise.all(machines.map((each) => each.killNats()));
      await sleep(3000);
      await Promise.all(machines.map((each) => each.startNats()));
    },
    mend: () => sleep(3000),
  },
];

/** NATS servers that were gone take work again. */
async function untilServed(): Promise<void> {
  const short = { ...body, max_tokens: 1 };
  while (
    !(await readStream(servers[0]!.url, short, () => true).then(
      () => true,
      () => false,
    ))
  )
    await sleep(500);
}

/** The longest time between two events, of a stream that fails after 50. */
async function gapOf({ fail, mend }: Failure): Promise<number> {
  await untilServed();
  noteClaims();
  let [lastMs, gapMs, count, maker] = [performance.now(), 0, 0, -1];
  let failing: Promise<void> | undefined;
  await readStream(servers[0]!.url, body, () => {
    const nowMs = performance.now();
    if (count >= 50) gapMs = Math.max(gapMs, nowMs - lastMs);
    lastMs = nowMs;
    if (++count !== 50) return;
    maker = makerNow();
    failing = fail(maker);
  });
  await failing;
  await mend(maker);
  if (count !== body.max_tokens + 1) throw new Error(`${count} events`);
  return gapMs;
}

/** The client's own server is killed, and it goes on at another one. */
async function gapAfterResume(): Promise<number> {
  let last: string | undefined;
  let count = 0;
  await readStream(servers[0]!.url, body, ({ id }) => {
    last = id;
    return ++count < 50;
  });
  const killed = servers[0]!.kill();
  const lastMs = performance.now();
  let gapMs = 0;
  await killed;
  await readStream(
    servers[1]!.url,
    body,
    () => {
      gapMs ||= performance.now() - lastMs;
      return false;
    },
    last,
  );
  await restart(0);
  return gapMs;
}

async function measure(what: string, gap: () => Promise<number>): Promise<void> {
  const gaps: number[] = [];
  for (let trial = 0; trial < Number(trials); trial++) gaps.push(await gap());
  const sorted = gaps.toSorted((a, b) => a - b);
  const [median, longest] = [sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!];
  console.log(`${what}: median ${Math.round(median)} ms, longest ${Math.round(longest)} ms, ${trials} trials`);
}

try {
  const isChosen = (part: string): boolean => chosen.length === 0 || chosen.includes(part);
  for (const failure of failures) if (isChosen(failure.part)) await measure(failure.what, () => gapOf(failure));
  if (isChosen("gateway")) await measure("the client's own server is killed, it goes on at another", gapAfterResume);
} finally {
  await Promise.all(servers.map((server) => server.kill()));
  await Machine.endAll(machines);
}
