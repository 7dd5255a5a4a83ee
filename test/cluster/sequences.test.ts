import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { createEngine, type Engine } from "@tokenmill/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, type ClusterOptions, joinCluster } from "@tokenmill/cluster";
import { hashSource } from "./hashSource.mjs";
import { natsServerPath, NatsServer, NodeProcess } from "./processes.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource(), workers: 0, slots: 64, seed: 7 });
});
afterAll(() => engine.close());

function collect(
  engineOrCluster: Cluster,
  request: GenerateRequest,
  streamId = engineOrCluster.newStreamId(),
): Promise<TokenEvent[]> {
  return new Promise((resolve, reject) => {
    const events: TokenEvent[] = [];
    engineOrCluster.open(
      request,
      { next: (event) => events.push(event), error: reject, complete: () => resolve(events) },
      { streamId, index: 0, isResumed: false },
    );
  });
}

async function offline(request: GenerateRequest): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of engine.stream(request)) events.push(event);
  return events;
}

const withoutId = (events: TokenEvent[]) => events.map(({ sequenceId: _id, ...event }) => event);

describe.skipIf(!natsServerPath)("a cluster", () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.dispose());

  const join = (options: Partial<ClusterOptions> = {}) =>
    joinCluster({ servers: [nats.url], name: "test", engine, identity: "test", capacity: 0, ...options });

  it("a stream whose node is killed goes on at another, byte for byte", async () => {
    const node = { servers: [nats.url], name: "test", source: { delayMs: 2 } };
    const nodes = [await NodeProcess.start(node)];
    const gateway = await join();
    try {
      const request = {
        prompt: "abc",
        seed: 3,
        maxTokens: 400,
        ignoreEos: true,
        temperature: 0.9,
        mirostat: 2,
        logprobs: 2,
      } as const;
      const ended = collect(gateway, request);
      await expect.poll(() => gateway.stats().reading).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      nodes.push(await NodeProcess.start(node));
      await nodes[0]!.kill("SIGKILL");
      expect(withoutId(await ended)).toEqual(withoutId(await offline(request)));
    } finally {
      await gateway.close();
      await Promise.all(nodes.map((each) => each.kill()));
    }
  });
});
