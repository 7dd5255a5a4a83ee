/** Sequences that were claimed often without a token: by processes that are gone, and by ones that are there. */
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { type Cluster, joinCluster } from "@tokenmill/cluster";
import { clusterNames, encode, type LogEntry } from "@tokenmill/cluster/internal";
import type { Engine } from "@tokenmill/engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readOnce } from "./clients.ts";
import { hashEngine } from "./hashEngine.mjs";
import { natsServerPath, NatsServer } from "./processes.ts";

describe.skipIf(!natsServerPath)("a sequence with ten claims and no token", { timeout: 60_000 }, () => {
  let nats: NatsServer;
  let engine: Engine;
  beforeAll(async () => {
    [nats, engine] = await Promise.all([NatsServer.start(), hashEngine({ delayMs: 20 })]);
  });
  afterAll(async () => void (await Promise.all([nats.dispose(), engine.close()])));

  const join = async (name: string, capacity: number): Promise<Cluster> => {
    const cluster = await joinCluster({ servers: [nats.url], name, engine, identity: "test", capacity });
    onTestFinished(() => cluster.close());
    return cluster;
  };
  /** Events of a stream whose log says that this process had the last of ten claims. */
  const read = async (name: string, node: string): Promise<number> => {
    const gateway = await join(name, 4);
    const streamId = gateway.newStreamId();
    const nc = await connect({ servers: [nats.url] });
    onTestFinished(() => nc.close());
    const claim = { epoch: 10, attempts: 10, position: 0, node, reader: `${node}.1`, work: 0, digest: "" };
    const entry: LogEntry = { ...claim, status: "open" };
    await jetstream(nc).publish(clusterNames(name).logSubject(`${streamId}-0`), encode(entry));
    let events = 0;
    await readOnce(
      gateway,
      { prompt: [1], maxTokens: 50, ignoreEos: true, seed: 1 },
      { streamId, index: 0, isResumed: false },
      () => ++events > 0,
    );
    return events;
  };

  it("is given up where the last process that claimed it is gone", async () => {
    await expect(read("gone", "0123456789ab")).rejects.toMatchObject({
      code: "internal",
      message: "given up: 10 nodes in turn claimed the sequence and made no token",
    });
  });

  it("is made where that one is there, and was only kept from writing", async () => {
    const other = await join("there", 0);
    expect(await read("there", other.id)).toBe(50);
  });
});
