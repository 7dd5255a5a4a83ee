/** How a process joins a cluster on a real nats-server. */
import { type Cluster, joinCluster } from "@tokenmill/cluster";
import type { Engine } from "@tokenmill/engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readAt } from "./clients.ts";
import { hashEngine } from "./hashEngine.mjs";
import { Link } from "./link.ts";
import { natsServerPath, NatsServer } from "./processes.ts";

/** For work, in what a client of NATS sends. */
const request = "CONSUMER.MSG.NEXT";

describe.skipIf(!natsServerPath)("a process that joins", { timeout: 60_000 }, () => {
  let nats: NatsServer;
  let engine: Engine;
  beforeAll(async () => {
    [nats, engine] = await Promise.all([NatsServer.start(), hashEngine()]);
  });
  afterAll(async () => void (await Promise.all([nats.dispose(), engine.close()])));

  const join = async (url: string, name: string, capacity: number): Promise<Cluster> => {
    const cluster = await joinCluster({ servers: [url], name, engine, identity: "test", capacity });
    onTestFinished(() => cluster.close());
    return cluster;
  };
  const linkTo = async (onSent: (text: string, link: Link) => void): Promise<Link> => {
    const link = await Link.to(nats.url);
    onTestFinished(() => link.close());
    link.onSent = (text) => onSent(text, link);
    return link;
  };

  it("is told at once how much NATS has to store", async () => {
    const small = await NatsServer.start("jetstream { max_file_store: 1GB }");
    onTestFinished(() => small.dispose());
    const startMs = performance.now();
    const joining = joinCluster({ servers: [small.url], name: "small", engine, identity: "test" });
    await expect(joining).rejects.toThrow(
      /may take 2560 MiB of a server's store \(insufficient storage .*max_file_store/,
    );
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it("waits until NATS has its first request for work", async () => {
    let sent = "";
    const link = await linkTo((text) => (sent += text));
    await join(link.url, "first", 1);
    expect(sent).toContain(request);
    // NATS answers in order.
    expect(sent.lastIndexOf("PING")).toBeGreaterThan(sent.indexOf(request));
  });

  it("has joined though the connection breaks with that request, and makes it again", async () => {
    let requests = 0;
    const link = await linkTo((text, broken) => {
      if (text.includes(request) && ++requests === 1) broken.break();
    });
    const node = await join(link.url, "broken", 1);
    const gateway = await join(nats.url, "broken", 0);
    const { error } = await readAt([gateway], { prompt: [1], maxTokens: 5, seed: 1 }, "one");
    expect(error).toBeUndefined();
    expect(requests).toBeGreaterThan(1);
    await expect.poll(() => node.stats()).toMatchObject({ claimed: 1 });
  });
});
