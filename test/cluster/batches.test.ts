/** Batches of a cluster on a real nats-server, while their nodes are killed and held still, and their owner is replaced. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchItem } from "@tokenmill/cluster";
import {
  type ClusterBatches,
  clusterNames,
  connectBatches,
  decode,
  type ShardEntry,
} from "@tokenmill/cluster/internal";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type BatchNodeOptions, copiesSafely, natsServerPath, NatsServer, NodeProcess } from "./processes.ts";

const leaseMs = 400;
const settings = { seed: "7", createdSeconds: 0 };
const poison = 100;

async function* itemsOf(count: number, from = 0): AsyncGenerator<BatchItem> {
  for (let number = from; number < count; number++) yield { number, text: textOf(number) };
}
const textOf = (number: number): string => (number % 500 === poison ? "poison" : `request ${number}`);

/** What the nodes make of a request. */
const lineOf = (number: number): string => {
  const hash = createHash("sha256")
    .update(`${settings.seed} ${number} ${textOf(number)} `)
    .digest("hex");
  return `${JSON.stringify({ number, hash })}\n`;
};

describe.skipIf(!natsServerPath)("batches of a cluster", () => {
  testBatches(1);
});
describe.skipIf(!copiesSafely)("batches of a cluster on three NATS servers, of 2.11 or later", () => {
  testBatches(3);
});

function testBatches(replicas: number): void {
  let servers: readonly NatsServer[];
  let urls: readonly string[];
  beforeAll(async () => {
    servers = replicas === 1 ? [await NatsServer.start()] : await NatsServer.startCluster(replicas);
    urls = servers.map(({ url }) => url);
  });
  afterAll(async () => void (await Promise.all(servers.map((server) => server.dispose()))));

  const start = async (name: string, options: Partial<BatchNodeOptions> = {}): Promise<NodeProcess> => {
    const node = await NodeProcess.startBatchNode({ servers: urls, name, leaseMs, replicas, ...options });
    onTestFinished(() => node.kill());
    return node;
  };
  const connectTo = async (name: string): Promise<ClusterBatches> => {
    const batches = await connectBatches({ servers: urls, name });
    onTestFinished(() => batches.close());
    return batches;
  };
  const running = () => new AbortController().signal;

  it("results are whole and in order while nodes are killed; of a request that kills them there is an error", async () => {
    const name = "poison";
    let isOver = false;
    const keepUp = async (): Promise<number> => {
      for (let deaths = 0; ; deaths++) {
        const node = await start(name, { delayMs: 2 });
        await Promise.race([node.ended(), over]);
        if (isOver) return deaths;
      }
    };
    let finish: () => void = () => {};
    const over = new Promise<void>((resolve) => (finish = resolve));
    const keepers = [keepUp(), keepUp()];
    await expect
      .poll(() =>
        connectBatches({ servers: urls, name }).then(
          (found) => found.close().then(() => true),
          () => false,
        ),
      )
      .toBe(true);
    const batches = await connectTo(name);
    const verified: boolean[] = [];
    const lines: string[] = [];
    for await (const some of batches.answer(itemsOf(400), {
      batch: "one",
      settings,
      signal: running(),
      isVerified: ({ number }) => number % 10 === 3,
      onVerified: (_item, isSame) => void verified.push(isSame),
    })) {
      lines.push(...some);
    }
    isOver = true;
    finish();
    const deaths = await Promise.all(keepers);
    expect(deaths.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(5);
    expect(JSON.parse(lines[poison]!)).toEqual({
      number: poison,
      error: "given up: 5 nodes in turn were lost with the request",
    });
    lines[poison] = lineOf(poison);
    expect(lines).toEqual(Array.from({ length: 400 }, (_, number) => lineOf(number)));
    expect(verified).toEqual(Array.from({ length: 40 }, () => true));
  });

  it("another owner goes on with what stands, and the first one finds out", async () => {
    const name = "owner";
    await start(name);
    const first = (await connectTo(name)).answer(itemsOf(90), { batch: "two", settings, signal: running() });
    expect((await first.next()).value).toEqual(Array.from({ length: 64 }, (_, number) => lineOf(number)));
    const lines: string[] = [];
    const second = await connectTo(name);
    for await (const some of second.answer(itemsOf(90, 64), { batch: "two", settings, signal: running() })) {
      lines.push(...some);
    }
    expect(lines).toEqual(Array.from({ length: 26 }, (_, i) => lineOf(64 + i)));
    await expect(first.next()).rejects.toMatchObject({ code: "batch_taken" });
  });

  /** Who has written the results of the one shard, after a node was held still with it while another one was there. */
  const heldStill = async (name: string, isUnfenced: boolean): Promise<{ ids: string[]; writers: string[] }> => {
    const held = await start(name, { isUnfenced, delayMs: 300, drift: "held" });
    const results = (await connectTo(name)).answer(itemsOf(10), { batch: "three", settings, signal: running() });
    const first = results.next();
    const nc = await connect({ servers: [...urls] });
    onTestFinished(() => nc.close());
    const jsm = await jetstreamManager(nc);
    const { resultStream, resultSubject, shardStream, shardConsumer } = clusterNames(name);
    const claimed = async (): Promise<number> => (await jsm.consumers.info(shardStream, shardConsumer)).num_ack_pending;
    await expect.poll(claimed, { interval: 10, timeout: 20_000 }).toBe(1);
    held.signal("SIGSTOP");
    const other = await start(name, { isUnfenced, drift: "other" });
    await first;
    const writers: string[] = [];
    const writer = async (): Promise<string> => {
      const { state } = await jsm.streams.info(resultStream, { subjects_filter: resultSubject("three", "*") });
      const subject = Object.keys(state.subjects ?? {}).find((each) => /\.0-\w+$/.test(each))!;
      const message = await jsm.streams.getMessage(resultStream, { last_by_subj: subject });
      return decode<ShardEntry>(message!.data).node;
    };
    writers.push(await writer());
    held.signal("SIGCONT");
    if (isUnfenced) await expect.poll(writer, { timeout: 20_000 }).toBe(held.id);
    else await sleep(700);
    writers.push(await writer());
    return { ids: [held.id, other.id], writers };
  };

  it("a node that was held still for longer than its lease does not replace the results of another", async () => {
    const { ids, writers } = await heldStill("fenced", false);
    expect(writers).toEqual([ids[1], ids[1]]);
  });

  it("one that does not look what stands would", async () => {
    const { ids, writers } = await heldStill("unfenced", true);
    expect(writers).toEqual([ids[1], ids[0]]);
  });
}
