/** Many streams at once while nodes, gateways and NATS servers are killed, drained, held still and cut off. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, joinCluster } from "@tokenmill/cluster";
import type { TokenEvent } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import { type ClientRecord, readAt } from "./clients.ts";
import { disturb, type Fault, startNode, type World } from "./faults.ts";
import { hashEngine } from "./hashEngine.mjs";
import { clientViolations, logViolations } from "./history.ts";
import { Links } from "./link.ts";
import { NatsServer } from "./processes.ts";
import { requestOf } from "./requests.ts";

export interface ChaosOptions {
  readonly streams: number;
  readonly maxTokens: number;
  readonly nodes: number;
  readonly natsServers: number;
  /** Between two faults, about. */
  readonly everyMs: number;
  /** How long something is cut off or held still, about. */
  readonly outageMs: number;
  /** Faults in turn. */
  readonly faults: readonly Fault[];
  /** How many faults; absent: again and again until all streams have ended. */
  readonly turns?: number;
  /** Of each row. */
  readonly delayMs: number;
  /** Time that bytes take between a process and NATS. */
  readonly linkDelayMs?: number;
  readonly leaseMs?: number;
  /** Nodes do not check claims: what must be found. */
  readonly isUnfenced?: boolean;
  readonly seed: number;
  readonly onFault?: (fault: Fault) => void;
}

export interface ChaosReport {
  readonly violations: readonly string[];
  readonly events: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Longest gap between two events of each stream, in ms. */
  readonly gapsMs: readonly number[];
}

const name = "chaos";
/** Requests wait as long as it takes. */
const queueTimeoutMs = 3_600_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { natsServers, delayMs, isUnfenced, leaseMs, outageMs } = options;
  const servers = natsServers === 1 ? [await NatsServer.start()] : await NatsServer.startCluster(natsServers);
  const urls = servers.map(({ url }) => url);
  const engine = await hashEngine();
  const shared = { name, replicas: natsServers, ...(leaseMs !== undefined && { leaseMs }) };
  const nodeOptions = { ...shared, source: { delayMs }, ...(isUnfenced && { isUnfenced }) };
  const linksOf = (): Promise<Links> => Links.to(urls, options.linkDelayMs);
  const gatewayLinks = [await linksOf(), await linksOf()];
  const gateways: Cluster[] = [];
  for (const links of gatewayLinks) {
    gateways.push(
      await started(() =>
        joinCluster({ ...shared, servers: links.urls, engine, identity: "test", capacity: 0, queueTimeoutMs }),
      ),
    );
  }
  const nodes = await Promise.all(
    Array.from({ length: options.nodes }, async () => {
      const links = await linksOf();
      return { links, process: await startNode({ nodeOptions }, links) };
    }),
  );
  const world: World = { servers, nodes, gatewayLinks, nodeOptions, outageMs, random: randomOf(options.seed) };
  const progress = { areReading: true };
  try {
    const requests = Array.from({ length: options.streams }, (_, i) => requestOf(i, options.maxTokens));
    const reading = requests.map((request, i) => {
      // Every third client moves to the other gateway twice.
      const moves = i % 3 === 0 ? [5 + (i % 7), 25 + (i % 11)] : [];
      return readAt(i % 2 === 0 ? gateways : gateways.toReversed(), request, `stream ${i}`, moves);
    });
    const disturbing = disturbAll(world, options, progress);
    const clients = await Promise.all(reading);
    progress.areReading = false;
    const faults = await disturbing;
    const violations = [
      ...(await violationsOf(engine, clients, options.maxTokens)),
      ...(await started(() => logViolations(urls[0]!, name))),
    ];
    const events = clients.reduce((sum, { connections }) => sum + (connections.at(-1)?.length ?? 0), 0);
    return { violations, events, faults, gapsMs: clients.map(longestGap) };
  } finally {
    progress.areReading = false;
    for (const links of [...gatewayLinks, ...nodes.map((node) => node.links)]) links.heal();
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await Promise.all(nodes.map(({ process }) => process.kill()));
    for (const links of [...gatewayLinks, ...nodes.map((node) => node.links)]) links.close();
    await engine.close();
    await Promise.all(servers.map((server) => server.dispose()));
  }
}

/** One fault after the other, while there are readers. @returns how often each came */
async function disturbAll(
  world: World,
  { faults, everyMs, turns = Number.POSITIVE_INFINITY, onFault }: ChaosOptions,
  progress: { readonly areReading: boolean },
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < turns; turn++) {
    await sleep(everyMs * (0.5 + world.random()));
    if (!progress.areReading) break;
    const fault = faults[turn % faults.length]!;
    counts[fault] = (counts[fault] ?? 0) + 1;
    onFault?.(fault);
    await disturb(world, fault);
  }
  return counts;
}

/** Servers of a cluster elect a leader first, and refuse until they have. */
async function started<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt > 40) throw error;
      await sleep(250);
    }
  }
}

async function violationsOf(engine: Engine, clients: readonly ClientRecord[], maxTokens: number): Promise<string[]> {
  const violations: string[] = [];
  for (const [i, client] of clients.entries()) {
    const offline: TokenEvent[] = [];
    for await (const event of engine.stream(requestOf(i, maxTokens))) offline.push(event);
    violations.push(...clientViolations(client, offline));
  }
  return violations;
}

function longestGap({ timesMs }: ClientRecord): number {
  let longest = 0;
  for (let i = 1; i < timesMs.length; i++) longest = Math.max(longest, timesMs[i]! - timesMs[i - 1]!);
  return longest;
}

/** Mulberry32: the same faults for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
