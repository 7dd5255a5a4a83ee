/** Many streams at once while nodes are killed, stopped, drained and held still, and NATS servers are killed. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, joinCluster } from "@tokenmill/cluster";
import type { TokenEvent } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import { type ClientRecord, readAt } from "./clients.ts";
import { clientViolations, logViolations } from "./history.ts";
import { hashEngine } from "./hashEngine.mjs";
import { NatsServer, NodeProcess } from "./processes.ts";
import { requestOf } from "./requests.ts";

export interface ChaosOptions {
  readonly streams: number;
  readonly maxTokens: number;
  readonly nodes: number;
  readonly natsServers: number;
  /** Between two faults. */
  readonly everyMs: number;
  /** Faults in turn. */
  readonly faults: readonly Fault[];
  /** How many faults; absent: again and again until all streams have ended. */
  readonly turns?: number;
  readonly delayMs: number;
  readonly seed: number;
}

export type Fault = "killNode" | "drainNode" | "holdNode" | "killNats";

export interface ChaosReport {
  readonly violations: readonly string[];
  readonly events: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Longest gap between two events of each stream, in ms. */
  readonly gapsMs: readonly number[];
}

const name = "chaos";

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const servers =
    options.natsServers === 1 ? [await NatsServer.start()] : await NatsServer.startCluster(options.natsServers);
  const urls = servers.map(({ url }) => url);
  const engine = await hashEngine();
  const shared = { servers: urls, name, replicas: options.natsServers };
  const nodeOptions = { ...shared, source: { delayMs: options.delayMs } };
  const first = await started(() => joinCluster({ ...shared, engine, identity: "test", capacity: 0 }));
  const gateways: Cluster[] = [first, await joinCluster({ ...shared, engine, identity: "test", capacity: 0 })];
  const nodes = await Promise.all(Array.from({ length: options.nodes }, () => NodeProcess.start(nodeOptions)));
  const random = randomOf(options.seed);
  let areReading = true;
  const faults: Record<string, number> = {};
  const disturb = async (): Promise<void> => {
    for (let turn = 0; areReading && turn < (options.turns ?? Number.POSITIVE_INFINITY); turn++) {
      await sleep(options.everyMs);
      const fault = options.faults[turn % options.faults.length];
      if (!fault || !areReading) continue;
      faults[fault] = (faults[fault] ?? 0) + 1;
      const at = Math.floor(random() * nodes.length);
      if (fault === "killNats") {
        const server = servers[Math.floor(random() * servers.length)]!;
        await server.kill();
        await sleep(200);
        await server.restart();
      } else if (fault === "holdNode") {
        const node = nodes[at]!;
        node.signal("SIGSTOP");
        setTimeout(() => node.signal("SIGCONT"), 2500);
      } else {
        await nodes[at]!.kill(fault === "killNode" ? "SIGKILL" : "SIGTERM");
        nodes[at] = await NodeProcess.start(nodeOptions);
      }
    }
  };
  try {
    const requests = Array.from({ length: options.streams }, (_, i) => requestOf(i, options.maxTokens));
    const reading = requests.map((request, i) => {
      // Every third client moves to the other gateway twice.
      const moves = i % 3 === 0 ? [5 + (i % 7), 25 + (i % 11)] : [];
      return readAt(i % 2 === 0 ? gateways : gateways.toReversed(), request, `stream ${i}`, moves);
    });
    const disturbing = disturb();
    const clients = await Promise.all(reading);
    areReading = false;
    await disturbing;
    const violations = [
      ...(await violationsOf(engine, clients, options.maxTokens)),
      ...(await logViolations(urls[0]!, name)),
    ];
    const events = clients.reduce((sum, { connections }) => sum + (connections.at(-1)?.length ?? 0), 0);
    return { violations, events, faults, gapsMs: clients.map(longestGap) };
  } finally {
    areReading = false;
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await Promise.all(nodes.map((node) => node.kill()));
    await engine.close();
    await Promise.all(servers.map((server) => server.dispose()));
  }
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
