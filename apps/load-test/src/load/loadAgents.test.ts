import { EventEmitter, once } from "node:events";
import { joinAsAgent } from "@tokenmill/cluster/internal";
import { expect, it, onTestFinished } from "vitest";
import type { Scenario } from "../scenario/scenario.ts";
import { CoreNats } from "../testing/coreNats.ts";
import { agentKind, openLoadAgents, type ToAgent } from "./loadAgents.ts";
import type { FromChild } from "./messages.ts";

const settings = { scenario: {} as Scenario, sliceMs: 100, keepSamples: false };

it("an interrupt ends a run of agents that have not answered, and lets them go", async () => {
  const nats = await CoreNats.start();
  onTestFinished(() => nats.close());
  const agentHears = new EventEmitter();
  const agent = await joinAsAgent({ servers: [nats.url] }, agentKind, {
    onMessage(message) {
      const { type } = JSON.parse(message as string) as ToAgent;
      const ready: FromChild = { type: "ready", facts: {}, bytesPerToken: undefined, pids: [] };
      if (type === "open") agent.send(JSON.stringify(ready));
      else agentHears.emit("start");
    },
    onEnd: () => void agentHears.emit("end"),
  });
  const interrupt = new AbortController();
  const load = await openLoadAgents(settings, { cluster: nats.url });
  const isStarted = once(agentHears, "start");
  const run = load.run(0n, interrupt.signal);
  await isStarted;
  interrupt.abort();
  await expect(run).rejects.toThrow(/abort/i);
  const isLetGo = once(agentHears, "end");
  await load.close();
  expect(load.lost).toEqual([]);
  await isLetGo;
  await agent.close();
});
