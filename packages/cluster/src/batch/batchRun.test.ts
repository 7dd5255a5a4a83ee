import { type MsgHdrs, headers } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import { clusterNames } from "../names.ts";
import type { BatchContext } from "./batchContext.ts";
import { BatchRun } from "./batchRun.ts";
import { statusHeader } from "./shard.ts";

type News = (message: { readonly subject: string; readonly headers: MsgHdrs }) => void;

const names = clusterNames("a");

/** A NATS with nothing in it that takes everything, and tells nobody of it; `streams` replaces what it says of its streams. */
function emptyNats(streams: object = {}) {
  const purged: string[] = [];
  const watch: { news?: News; isOpen: boolean } = { isOpen: false };
  const consume = async ({ callback }: { readonly callback: News }) => {
    Object.assign(watch, { news: callback, isOpen: true });
    return { close: async () => void (watch.isOpen = false) };
  };
  const context = {
    id: "node",
    names,
    maxPayloadBytes: () => 2 ** 20,
    places: async () => ({ nodes: 0, places: 0 }),
    js: { publish: async () => ({ seq: 1, duplicate: false }), consumers: { get: async () => ({ consume }) } },
    jsm: {
      streams: {
        getMessage: async () => null,
        info: async () => ({ state: { last_seq: 0 } }),
        purge: async (stream: string) => void purged.push(stream),
        ...streams,
      },
    },
  } as unknown as BatchContext;
  const run = new BatchRun(context, {
    batch: "b",
    settings: { seed: "1", createdSeconds: 0 },
    signal: new AbortController().signal,
  });
  return { run, purged, watch };
}

async function* oneItem() {
  yield { number: 0, text: "{}" };
}

it("an owner whose batch was taken leaves the queue to the new one", async () => {
  const { run, purged, watch } = emptyNats();
  const next = run.results(oneItem()).next();
  await expect.poll(() => watch.isOpen).toBe(true);
  const status = headers();
  status.set(statusHeader, "owner 2");
  watch.news!({ subject: names.resultSubject("b", "owner"), headers: status });
  await expect(next).rejects.toMatchObject({ code: "batch_taken" });
  expect(watch.isOpen).toBe(false);
  expect(purged).toEqual([names.shardStream]);
});

it("a NATS that does not tell what an earlier run left ends the batch and its watch", async () => {
  let asked = 0;
  const info = async () => {
    if (++asked > 1) throw new Error("timeout");
    return { state: { last_seq: 0 } };
  };
  const { run, watch } = emptyNats({ info });
  await expect(run.results(oneItem()).next()).rejects.toMatchObject({ code: "cluster_unavailable" });
  expect({ asked, isOpen: watch.isOpen }).toEqual({ asked: 2, isOpen: false });
});
