import type { JsMsg } from "@nats-io/jetstream";
import type { SequenceHandle } from "@tokenmill/engine";
import { expect, it } from "vitest";
import { ClusterError } from "../errors.ts";
import type { LogEntry } from "../log/entry.ts";
import type { RunningContext } from "./runningContext.ts";
import { RunningSequence } from "./runningSequence.ts";

it("a sequence whose last entry NATS did not take writes it before it is handed over", async () => {
  const written: LogEntry[] = [];
  let isDown = true;
  const append = async (_name: string, entry: LogEntry) => {
    if (isDown) throw new ClusterError("cluster_unavailable", "planted");
    await new Promise((resolve) => setImmediate(resolve));
    written.push(entry);
    return { seq: 2 };
  };
  const context = {
    log: { append },
    peers: { send() {}, sendEvent() {} },
    settings: { isBitStable: true, unwrittenBytes: 2 ** 20, windowEvents: 64 },
    isConnected: () => !isDown,
    checksClaims: true,
    onGone() {},
  } as unknown as RunningContext;
  const acked: string[] = [];
  const message = { ack: () => acked.push("ack"), nak: () => acked.push("nak") } as unknown as JsMsg;
  const claim: LogEntry = {
    epoch: 1,
    node: "n",
    reader: "r.1",
    work: 1,
    status: "open",
    position: 0,
    attempts: 1,
    digest: "",
  };
  const sequence = new RunningSequence(context, "s", message, claim, 0);
  sequence.handle = { pause() {}, cancel() {} } as unknown as SequenceHandle;
  sequence.claimed(1);
  sequence.next({ sequenceId: 1, index: 0, tokenId: 3, text: "t", finishReason: "stop" });
  await new Promise((resolve) => setImmediate(resolve));
  isDown = false;
  await sequence.handOver();
  expect(written).toMatchObject([{ status: "finished", position: 1 }]);
  expect(acked).toEqual(["ack"]);
});
