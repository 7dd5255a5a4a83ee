/**
 * What a cluster costs and how long a reader waits when a node goes, on loopback with one NATS server:
 * `npx pnpm --filter @tokenmill/test-cluster measure [trials] [parts…]`, by default 20, and all of: first, cost, server, gaps, pace.
 * For an otherwise idle machine.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, joinCluster } from "@tokenmill/cluster";
import type { Engine } from "@tokenmill/engine";
import { readAt } from "./clients.ts";
import { hashEngine } from "./hashEngine.mjs";
import { NatsServer, NodeProcess } from "./processes.ts";
import { serverCost } from "./serverCost.ts";

const [trials = "20", ...chosen] = process.argv.slice(2);
const nats = await NatsServer.start();
const engine = await hashEngine();
const join = (name: string, capacity: number): Promise<Cluster> =>
  joinCluster({ servers: [nats.url], name, engine, identity: "test", capacity });
const request = { prompt: "abc", ignoreEos: true, temperature: 0.9 };

const quantile = (values: readonly number[], share: number): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(2);
};
const say = (what: string, values: readonly number[]): void =>
  console.log(`${what}: p50 ${quantile(values, 0.5)} ms, p99 ${quantile(values, 0.99)} ms, ${values.length} values`);

/** Longest gap that each of eight readers sees when the node that makes their sequences goes. */
async function gapsAt(signal: "SIGKILL" | "SIGTERM"): Promise<number[]> {
  const name = signal.toLowerCase();
  const gateway = await join(name, 0);
  const options = { servers: [nats.url], name, source: { delayMs: 5 } };
  const gaps: number[] = [];
  let first = await NodeProcess.start(options);
  for (let trial = 0; trial < Number(trials); trial++) {
    const reading = Array.from({ length: 8 }, (_, i) =>
      readAt([gateway], { ...request, seed: trial * 8 + i, maxTokens: 300 }, `${trial}`),
    );
    await sleep(400 + ((trial * 37) % 300));
    const second = await NodeProcess.start(options);
    await first.kill(signal);
    first = second;
    for (const { timesMs } of await Promise.all(reading)) {
      gaps.push(Math.max(...timesMs.slice(1).map((time, i) => time - timesMs[i]!)));
    }
  }
  await gateway.close();
  await first.kill();
  return gaps;
}

async function runAlone(on: Engine, maxTokens: number, seed: number): Promise<void> {
  for await (const _event of on.stream({ ...request, maxTokens, seed }));
}

/** Times to the only token of a request, in turns. */
async function firstTokens(): Promise<void> {
  const [gateway, node] = [await join("first", 0), await join("first", 8)];
  const [alone, clustered]: number[][] = [[], []];
  for (let turn = 0; turn < 300; turn++) {
    let startMs = performance.now();
    await runAlone(engine, 1, turn);
    alone!.push(performance.now() - startMs);
    startMs = performance.now();
    await readAt([gateway], { ...request, maxTokens: 1, seed: turn }, "first");
    clustered!.push(performance.now() - startMs);
  }
  say("one token, engine alone", alone!);
  say("one token, through gateway and node", clustered!);
  await gateway.close();
  await node.close();
}

/** CPU of this process, which is gateway and node, and what it sends, for each token. */
async function cost(): Promise<void> {
  const [gateway, node] = [await join("cost", 0), await join("cost", 64)];
  const [streams, maxTokens] = [64, 500];
  const cpuOf = async (run: (seed: number) => Promise<unknown>): Promise<number> => {
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: streams }, (_, seed) => run(seed)));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (streams * maxTokens);
  };
  for (let turn = 0; turn < 3; turn++) {
    const alone = await cpuOf((seed) => runAlone(engine, maxTokens, seed));
    const clustered = await cpuOf((seed) => readAt([gateway], { ...request, maxTokens, seed }, "cost"));
    console.log(
      `CPU a token: ${alone.toFixed(1)} µs alone, ${clustered.toFixed(1)} µs with gateway and node in one process`,
    );
  }
  const { logBytes, logEntries, peerBytes, peerMessages } = node.stats();
  const tokens = 3 * streams * maxTokens;
  console.log(
    `a token: ${(logBytes / tokens).toFixed(1)} bytes in ${(logEntries / tokens).toFixed(3)} log entries, ` +
      `${(peerBytes / tokens).toFixed(1)} bytes in ${(peerMessages / tokens).toFixed(3)} messages to its gateway`,
  );
  await gateway.close();
  await node.close();
}

/** What nodes make, of `sequences` each, whose rows take `delayMs`. */
async function pace(
  count: number,
  sequences: number,
  delayMs: number,
): Promise<{ tokensPerSecond: number; busy: number }> {
  const name = `pace${count}-${delayMs}`;
  const gateway = await join(name, 0);
  const options = { servers: [nats.url], name, capacity: sequences, source: { delayMs } };
  const nodes = await Promise.all(Array.from({ length: count }, () => NodeProcess.start(options)));
  const [streams, maxTokens] = [sequences * count, 5000 / delayMs];
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(
    Array.from({ length: streams }, (_, seed) => readAt([gateway], { ...request, maxTokens, seed }, "pace")),
  );
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before);
  await gateway.close();
  await Promise.all(nodes.map((node) => node.kill()));
  return { tokensPerSecond: (1000 * streams * maxTokens) / ms, busy: (user + system) / 1000 / ms };
}

/** Of 1, 2 and 4 nodes: at a pace that two cores are full with, and at one where they sleep most of the time. */
async function paces(): Promise<void> {
  for (const [sequences, delayMs] of [
    [32, 20],
    [8, 50],
  ] as const) {
    let one = Number.NaN;
    for (const count of [1, 2, 4]) {
      const { tokensPerSecond, busy } = await pace(count, sequences, delayMs);
      if (count === 1) one = tokensPerSecond;
      console.log(
        `${count} nodes of ${sequences} sequences, rows of ${delayMs} ms: ${Math.round(tokensPerSecond)} tokens/s, ` +
          `${(tokensPerSecond / one).toFixed(2)} times one; their gateway has a core busy for ${Math.round(100 * busy)} %`,
      );
    }
  }
}

async function gaps(): Promise<void> {
  say("longest gap, node killed", await gapsAt("SIGKILL"));
  say("longest gap, node drained", await gapsAt("SIGTERM"));
}

const parts = { first: firstTokens, cost, server: () => serverCost(nats.url), gaps, pace: paces };
for (const [name, part] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await part();
await engine.close();
await nats.dispose();
