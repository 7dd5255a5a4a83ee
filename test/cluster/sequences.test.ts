/** Sequences of a cluster on a real nats-server, while its processes are killed, held still and drained. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { type ClusterOptions, type ClusterSequence, joinCluster, viewCluster } from "@tokenmill/cluster";
import { clusterNames, encode } from "@tokenmill/cluster/internal";
import type { TokenEvent } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import { afterAll, beforeAll, describe, type ExpectStatic, it } from "vitest";
import { runChaos } from "./chaos.ts";
import { readAt, readOnce } from "./clients.ts";
import { beginAnew, clientViolations, forgetWork, limitEntries, logTails, logViolations } from "./history.ts";
import { hashEngine } from "./hashEngine.mjs";
import { Links } from "./link.ts";
import { natsServerPath, NatsServer, type NodeOptions, NodeProcess } from "./processes.ts";

// They wait for leases most of the time, each in a cluster of its own: together.
describe.skipIf(!natsServerPath).concurrent("a cluster", { timeout: 120_000 }, () => {
  let nats: NatsServer;
  let engine: Engine;
  const atEnd: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    [nats, engine] = await Promise.all([NatsServer.start(), hashEngine()]);
  });
  afterAll(async () => {
    await Promise.all(atEnd.map((end) => end()));
    await Promise.all([nats.dispose(), engine.close()]);
  });

  const join = async (name: string, options: Partial<ClusterOptions> = {}) => {
    const cluster = await joinCluster({ servers: [nats.url], name, engine, identity: "test", capacity: 0, ...options });
    atEnd.push(() => cluster.close());
    return cluster;
  };
  const startNode = async (name: string, options: Partial<NodeOptions> = {}) => {
    const node = await NodeProcess.start({ servers: [nats.url], name, source: { delayMs: 3 }, ...options });
    atEnd.push(() => node.kill());
    return node;
  };
  const offline = async (request: object) => {
    const events: TokenEvent[] = [];
    for await (const event of engine.stream(request)) events.push(event);
    return events;
  };

  it("streams of every kind are whole while nodes are killed, drained and cut off, and NATS is killed", async ({
    expect,
  }) => {
    const report = await runChaos({
      streams: 40,
      maxTokens: 400,
      nodes: 3,
      natsServers: 1,
      everyMs: 150,
      outageMs: 1200,
      leaseMs: 800,
      turns: 6,
      faults: ["holdNode", "cutGateway", "killNats", "killNode", "cutNode", "drainNode"],
      delayMs: 8,
      linkDelayMs: 1,
      seed: 1,
    });
    expect(report.violations).toEqual([]);
    expect(Object.keys(report.faults)).toHaveLength(6);
  });

  const request = { prompt: "abc", seed: 3, maxTokens: 1000, ignoreEos: true, temperature: 0.9 };

  /** A stream whose node is held still until another one has claimed it. */
  const heldStill = async (expect: ExpectStatic, name: string, isUnfenced: boolean) => {
    const leaseMs = 400;
    const gateway = await join(name, { leaseMs });
    const nodes = await Promise.all([1, 2].map(() => startNode(name, { isUnfenced, leaseMs })));
    const reading = readAt([gateway], request, name);
    const holder = async (): Promise<string | undefined> => (await logTails(nats.url, name))[0]?.node;
    await expect.poll(holder, { interval: 20 }).toMatch(/./);
    const first = await holder();
    const held = nodes.find(({ id }) => id === first)!;
    held.signal("SIGSTOP");
    await expect.poll(holder, { interval: 20, timeout: 60_000 }).not.toBe(first);
    held.signal("SIGCONT");
    return reading;
  };

  it("a node that was held still for longer than its lease writes nothing more", async ({ expect }) => {
    expect(clientViolations(await heldStill(expect, "fenced", false), await offline(request))).toEqual([]);
    expect(await logViolations(nats.url, "fenced")).toEqual([]);
  });

  it("one that does not check claims is found by the check of histories", async ({ expect }) => {
    // Each takes the other's claim for its own: the stream may never end.
    void heldStill(expect, "unfenced", true);
    await expect
      .poll(async () => (await logViolations(nats.url, "unfenced").catch(() => [])).join("\n"))
      .toMatch(/claim 1 writes after claim 2/);
  });

  it("a reader that does not read holds its sequence back, wherever it is made", async ({ expect }) => {
    const gateway = await join("pace");
    const making = await join("pace", { capacity: 4 });
    const events: TokenEvent[] = [];
    const place = { streamId: gateway.newStreamId(), index: 0, isResumed: false };
    let sequence!: ClusterSequence;
    const done = new Promise<void>((complete, error) => {
      const next = (event: TokenEvent): void => {
        if (events.push(event) === 10) sequence.pause();
      };
      sequence = gateway.open(request, { next, error, complete }, place);
    });
    const position = async (): Promise<number> => (await logTails(nats.url, "pace"))[0]?.position ?? 0;
    // As far as a reader of nothing lets it go; of what is in the log, since a sequence that loses its claim makes some again.
    await expect.poll(position, { timeout: 60_000 }).toBeGreaterThanOrEqual(128);
    await sleep(500);
    expect(events).toHaveLength(10);
    expect(await position()).toBeLessThanOrEqual(10 + 128);
    sequence.resume();
    await done;
    await expect.poll(() => making.stats().ended).toBe(1);
    expect(clientViolations({ name: "pace", connections: [events] }, await offline(request))).toEqual([]);
  });

  it("a reader that has more than the log does not hold back the node that makes it again", async ({ expect }) => {
    const gateway = await join("again", { leaseMs: 400 });
    const options = { leaseMs: 400, flushMs: 10_000, source: { delayMs: 1 } };
    const nodes = [await startNode("again", options), await startNode("again", options)];
    const events: TokenEvent[] = [];
    let killedMs = 0;
    let longestMs = 0;
    let lastMs = performance.now();
    const place = { streamId: gateway.newStreamId(), index: 0, isResumed: false };
    await new Promise<void>((complete, error) => {
      const next = (event: TokenEvent): void => {
        const nowMs = performance.now();
        longestMs = Math.max(longestMs, nowMs - lastMs);
        lastMs = nowMs;
        if (events.push(event) === 600) {
          killedMs = nowMs;
          void logTails(nats.url, "again").then(([tail]) => nodes.find(({ id }) => id === tail?.node)?.kill());
        }
      };
      gateway.open({ ...request, maxTokens: 1200 }, { next, error, complete }, place);
    });
    expect(killedMs).toBeGreaterThan(0);
    // The lease, and 600 rows; not a word of the reader for every window of events.
    expect(longestMs).toBeLessThan(4500);
    const whole = await offline({ ...request, maxTokens: 1200 });
    expect(clientViolations({ name: "again", connections: [events] }, whole)).toEqual([]);
  });

  it("what a client stops, nobody makes", async ({ expect }) => {
    const own = await hashEngine();
    atEnd.push(() => own.close());
    const gateway = await join("stop");
    const making = await join("stop", { capacity: 4, engine: own });
    const place = { streamId: gateway.newStreamId(), index: 0, isResumed: false };
    await new Promise<void>((resolve, error) => {
      const sequence = gateway.open(
        { ...request, maxTokens: 1e6 },
        {
          next({ index }) {
            if (index !== 20) return;
            sequence.cancel();
            resolve();
          },
          error,
          complete: resolve,
        },
        place,
      );
    });
    await expect.poll(() => making.stats()).toMatchObject({ cancelled: 1, making: 0 });
    expect(own.stats().open).toBe(0);
  });

  it("of a source that is not bit-stable, tokens that were sent are what the next node goes on from", async ({
    expect,
  }) => {
    const gateway = await join("drift");
    const options = { isBitStable: false, source: { delayMs: 3, drift: 1 } };
    const node = await startNode("drift", options);
    const reading = readAt([gateway], request, "drift");
    const position = async (): Promise<number> => (await logTails(nats.url, "drift"))[0]?.position ?? 0;
    await expect.poll(position, { timeout: 60_000 }).toBeGreaterThan(20);
    await node.kill();
    await startNode("drift", { ...options, source: { delayMs: 0, drift: 2 } });
    const { connections, error } = await reading;
    expect(error).toBeUndefined();
    const [events] = connections as [TokenEvent[]];
    expect(events.map(({ index }) => index)).toEqual(events.map((_, i) => i));
    expect(events).toHaveLength(request.maxTokens);
    expect(await logViolations(nats.url, "drift")).toEqual([]);
  });

  it("without NATS nothing new begins, what is made and read in one process goes on to a bound, and nothing is lost", async ({
    expect,
  }) => {
    const own = await NatsServer.start();
    atEnd.push(() => own.dispose());
    const slow = await hashEngine({ delayMs: 2 });
    atEnd.push(() => slow.close());
    const alone = await join("gone", { servers: [own.url], engine: slow, capacity: 4 });
    const reading = readAt([alone], request, "gone");
    await expect.poll(() => slow.stats().tokens).toBeGreaterThan(50);
    await own.kill();
    await expect.poll(() => alone.isConnected).toBe(false);
    const before = slow.stats().tokens;
    await expect.poll(() => slow.stats().tokens).toBeGreaterThan(before + 100);
    expect(await readAt([alone], request, "new")).toMatchObject({
      error: { code: "cluster_unavailable", statusCode: 503 },
    });
    await own.restart();
    expect(clientViolations(await reading, await offline(request))).toEqual([]);
    await expect.poll(() => logViolations(own.url, "gone")).toEqual([]);
  });

  it("shows who is there, and drains who is told to", async ({ expect }) => {
    const gateway = await join("view");
    const first = await startNode("view");
    const reading = readAt([gateway], request, "view");
    const view = await viewCluster({ servers: [nats.url], name: "view" });
    atEnd.push(() => view.close());
    await expect.poll(() => view.state()).toMatchObject({ waiting: 0, claimed: 1 });
    await startNode("view");
    await view.drain([first.id]);
    const { nodes } = await view.state();
    expect(nodes.find(({ id }) => id === first.id)).toMatchObject({ state: "draining", making: 0 });
    expect(clientViolations(await reading, await offline(request))).toEqual([]);
    expect(await logViolations(nats.url, "view")).toEqual([]);
  });

  it("shows who is there while a process that was killed is forgotten", async ({ expect }) => {
    const node = await startNode("forget");
    const link = await Links.to([nats.url]);
    atEnd.push(async () => link.close());
    const view = await viewCluster({ servers: link.urls, name: "forget" });
    atEnd.push(() => view.close());
    const ids = async (): Promise<string[]> => (await view.state()).nodes.map(({ id }) => id);
    await expect.poll(ids).toEqual([node.id]);
    await node.kill();
    // The list is asked for and answered at both sides of the moment, for one of many that begin one after the other.
    link.delayMs = 150;
    const lists: Promise<string[]>[] = [];
    const startMs = performance.now();
    while (performance.now() - startMs < 6000) {
      lists.push(ids());
      await sleep(100);
    }
    const seen = await Promise.all(lists);
    // The client alone would wait for half a minute for a heartbeat that goes to what was forgotten.
    expect(performance.now() - startMs).toBeLessThan(6000 + 20_000);
    expect(seen[0]).toEqual([node.id]);
    expect(seen.at(-1)).toEqual([]);
  });

  it("refuses what another model or version began under the name", async ({ expect }) => {
    await join("identity");
    await expect(join("identity", { identity: "other", description: "tokenmill 9 with model other" })).rejects.toThrow(
      'the cluster "identity" is of test, and this process of tokenmill 9 with model other',
    );
  });

  it("a failure is told though an event before others never came", async ({ expect }) => {
    const gateway = await join("gap");
    const reading = readAt([gateway], request, "gap");
    await expect.poll(() => gateway.stats().reading).toBe(1);
    const nc = await connect({ servers: nats.url });
    const to = { reader: 1, epoch: 1 };
    const messages = [
      { kind: "tokens", ...to, batch: { first: 3, tokenIds: [1], texts: ["b"] } },
      { kind: "failed", ...to, failure: { code: "internal", message: "given up", index: 0 } },
    ];
    nc.publish(clusterNames("gap").peerSubject(gateway.id), encode({ from: "node", messages }));
    await nc.drain();
    expect((await reading).error).toMatchObject({ code: "internal", message: "given up" });
  });

  it("a sequence goes on whose work NATS has forgotten", async ({ expect }) => {
    const gateway = await join("forgotten", { leaseMs: 300 });
    const first = await startNode("forgotten");
    const reading = readAt([gateway], request, "forgotten");
    await expect.poll(async () => (await logTails(nats.url, "forgotten"))[0]?.position ?? 0).toBeGreaterThan(0);
    await first.kill();
    await forgetWork(nats.url, "forgotten");
    await startNode("forgotten");
    expect(clientViolations(await reading, await offline(request))).toEqual([]);
    expect(await logViolations(nats.url, "forgotten")).toEqual([]);
  });

  it("all is made again where NATS has lost what it stored, or told to be lost", async ({ expect }) => {
    const own = await NatsServer.start();
    atEnd.push(() => own.dispose());
    const options = { servers: [own.url], leaseMs: 300 };
    const gateway = await join("lost", options);
    const unstable = await join("drifting", { ...options, isBitStable: false });
    await startNode("lost", options);
    await startNode("drifting", { ...options, isBitStable: false });
    const readings = [readAt([gateway], request, "lost"), readAt([unstable], request, "drifting")] as const;
    const positionIn = async (name: string): Promise<number> => (await logTails(own.url, name))[0]?.position ?? 0;
    for (const name of ["lost", "drifting"]) await expect.poll(() => positionIn(name)).toBeGreaterThan(0);
    await own.loseStore();
    const next = async () => (await readAt([gateway], { ...request, maxTokens: 20 }, "next")).error;
    await expect.poll(next, { timeout: 20_000 }).toBeUndefined();
    const [stable, drifting] = await Promise.all(readings);
    expect(stable.error).toBeUndefined();
    expect(clientViolations(stable, await offline(request))).toEqual([]);
    expect(drifting.error).toMatchObject({
      code: "log_truncated",
      message: expect.stringContaining("NATS has lost the log") as string,
    });
    expect((await gateway.nodes()).length).toBe(2);
  });

  it("a process is none of a cluster that another model has begun anew", async ({ expect }) => {
    const events: string[] = [];
    const onLog = (event: string, { reason }: Readonly<Record<string, unknown>>): void => {
      if (event === "unprepared") events.push(String(reason));
    };
    const cluster = await join("anew", { onLog });
    await startNode("anew");
    const reading = readAt([cluster], request, "anew");
    await expect.poll(() => cluster.stats().reading).toBe(1);
    await beginAnew(nats.url, "anew", "other");
    await expect.poll(() => events.join(), { timeout: 20_000 }).toContain('the cluster "anew" is of other');
    expect(cluster.isConnected).toBe(false);
    const place = { streamId: cluster.newStreamId(), index: 0, isResumed: false };
    const observer = { next: () => undefined, error: () => undefined, complete: () => undefined };
    expect(() => cluster.open(request, observer, place)).toThrow('the cluster "anew" is of other');
    expect((await reading).error).toMatchObject({ code: "cluster_mismatch" });
  });

  it("a client that comes back has events of the log, and waits, while NATS takes no entry", async ({ expect }) => {
    const told: string[] = [];
    const gateway = await join("attach");
    const next = await join("attach", {
      onLog: (event, { reason }) => void (/written/i.test(event) && told.push(`${event} ${String(reason)}`)),
    });
    await startNode("attach");
    const place = { streamId: gateway.newStreamId(), index: 0, isResumed: false };
    await readOnce(gateway, request, place, ({ index }) => index < 10);
    await expect.poll(async () => (await logTails(nats.url, "attach"))[0]?.position ?? 0).toBeGreaterThan(0);
    await limitEntries(nats.url, "attach", 1);
    const events: TokenEvent[] = [];
    const reading = readOnce(next, request, { ...place, isResumed: true }, (event) => events.push(event) > 0);
    await Promise.race([reading, expect.poll(() => events.length, { timeout: 30_000 }).toBeGreaterThan(0)]);
    await expect.poll(() => told).toEqual([expect.stringMatching(/^unwritten NATS did not answer: message size/)]);
    await limitEntries(nats.url, "attach", -1);
    await reading;
    await expect.poll(() => told.at(-1)).toMatch(/^writtenAgain/);
    expect(clientViolations({ name: "attach", connections: [events] }, await offline(request))).toEqual([]);
    expect(await logViolations(nats.url, "attach")).toEqual([]);
  });

  it("takes the lease that the cluster has, and refuses another one while it is there", async ({ expect }) => {
    const [first, second] = [await join("lease", { leaseMs: 700 }), await join("lease")];
    await expect(join("lease", { leaseMs: 800 })).rejects.toThrow(
      '"leaseMs" expected 700, as the processes of the cluster "lease" have it, got 800',
    );
    await expect(join("lease", { replicas: 3 })).rejects.toThrow(/"replicas" expected 1/);
    await Promise.all([first.close(), second.close()]);
    await join("lease", { leaseMs: 800 });
    await expect(join("lease", { leaseMs: 700 })).rejects.toThrow(/"leaseMs" expected 800/);
  });

  it("a request that no node has a place for fails in time, and is not made later", async ({ expect }) => {
    const gateway = await join("full", { queueTimeoutMs: 600 });
    const { error } = await readAt([gateway], request, "full");
    expect(error).toMatchObject({ code: "overloaded" });
    const late = await join("full", { capacity: 1 });
    const patient = await join("full");
    const next = await readAt([patient], { ...request, maxTokens: 20 }, "next");
    expect(next.error).toBeUndefined();
    // The queue is in order: what failed came first.
    await expect.poll(() => late.stats()).toMatchObject({ claimed: 1, ended: 1 });
  });
});
