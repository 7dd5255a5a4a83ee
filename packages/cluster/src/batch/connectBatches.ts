/** Batches from outside: a process that has them answered, without a model of its own. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { randomBytes } from "node:crypto";
import { checkOptions } from "@tokenmill/check";
import { connectNats } from "../connection/connection.ts";
import { checkConnection, connectionOptionNames, type ConnectionOptions } from "../connection/connectionOptions.ts";
import { ClusterError } from "../errors.ts";
import { clusterNames } from "../names.ts";
import { readReports } from "../presence/presence.ts";
import { readIdentity } from "../resources/identity.ts";
import { type BatchOptions, BatchRun } from "./batchRun.ts";
import { placesOf } from "./placesOf.ts";
import type { BatchItem } from "@tokenmill/core";

export interface ClusterBatches {
  /** What the cluster's answers follow from besides the requests. */
  readonly identity: string;
  /** Results in the order of the items, some lines at a time. @throws what the signal says; ClusterError `cluster_unavailable`, `batch_taken` */
  answer(items: AsyncIterable<BatchItem>, options: BatchOptions): AsyncGenerator<readonly string[], void>;
  close(): Promise<void>;
}

/** @throws TypeError, RangeError for bad options; ClusterError `cluster_unauthorized`, `cluster_unavailable`, also where there is no cluster of the name */
export async function connectBatches(options: ConnectionOptions): Promise<ClusterBatches> {
  checkOptions("options", options, connectionOptionNames, "cluster option");
  const name = checkConnection(options);
  const names = clusterNames(name);
  const { nc } = await connectNats(options);
  try {
    const kvm = new Kvm(nc);
    const found = await (async () => {
      const jsm = await jetstreamManager(nc);
      await jsm.streams.info(names.resultStream);
      const { identity } = await readIdentity(await kvm.open(names.metaBucket));
      return { jsm, identity, presence: await kvm.open(names.nodesBucket) };
    })().catch((cause: unknown) => {
      const message = `NATS has no cluster ${JSON.stringify(name)}, or does not answer: start its first process`;
      throw new ClusterError("cluster_unavailable", message, { cause });
    });
    const context = {
      js: jetstream(nc),
      jsm: found.jsm,
      names,
      id: `batch-${randomBytes(6).toString("hex")}`,
      maxPayloadBytes: () => nc.info?.max_payload ?? 2 ** 20,
      places: async () => placesOf(await readReports(found.presence)),
    };
    return {
      identity: found.identity,
      answer: (items, batch) => new BatchRun(context, batch).results(items),
      close: () => nc.close(),
    };
  } catch (error) {
    await nc.close();
    throw error;
  }
}
