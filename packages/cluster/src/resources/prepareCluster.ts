/** Everything that a process needs in NATS, again and again for a while: servers that elect a leader do not answer. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type JetStreamClient,
  jetstream,
  type JetStreamManager,
  jetstreamManager,
  StorageType,
} from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { messageOf, refusalOf } from "@tokenmill/check";
import { ClusterError, refusedOption } from "../errors.ts";
import type { ClusterNames } from "../names.ts";
import type { ClusterSettings } from "../options.ts";
import { presenceTtlMs } from "../presence/presence.ts";
import { agreeOn } from "./agreement.ts";
import { checkIdentity, type Identity } from "./identity.ts";
import { prepareResources, storageShortage, type WorkConsumers } from "./resources.ts";

export interface PreparedCluster {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** The members' heartbeats. */
  readonly presence: KV;
  readonly consumers: WorkConsumers;
  /** As the cluster has them. */
  readonly settings: ClusterSettings;
}

const timeoutMs = 20_000;
const pauseMs = 500;

/** @throws ClusterError `cluster_mismatch`, `cluster_unavailable`; RangeError for settings that are not the cluster's */
export async function prepareCluster(
  nc: NatsConnection,
  names: ClusterNames,
  settings: ClusterSettings,
  identity: Identity,
): Promise<PreparedCluster> {
  checkVersion(nc.info?.version ?? "0.0.0", settings.replicas);
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await prepareOnce(nc, names, settings, identity);
    } catch (error) {
      if (refusalOf(error) || (error instanceof ClusterError && error.code === "cluster_mismatch")) throw error;
      const shortage = storageShortage(error, settings);
      if (shortage !== undefined || performance.now() > endMs) {
        const message = `NATS did not make the cluster's streams: ${shortage ?? messageOf(error)}`;
        throw new ClusterError("cluster_unavailable", message, { cause: error });
      }
      await sleep(pauseMs);
    }
  }
}

/** Of several copies, older servers let two writers pass who expect the same last entry: nats-server #4320, found by our histories. */
const leastReplicated: readonly [number, number] = [2, 11];

/** @throws ClusterError `nats_too_old` */
export function checkVersion(version: string, replicas: number): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = leastReplicated;
  if (replicas === 1 || major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  const reason = `expected 1 with NATS ${version}, got ${replicas}: servers before ${leastReplicated.join(".")} let two nodes write at once`;
  throw refusedOption("nats_too_old", "replicas", reason);
}

async function prepareOnce(
  nc: NatsConnection,
  names: ClusterNames,
  settings: ClusterSettings,
  identity: Identity,
): Promise<PreparedCluster> {
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc);
  const kvm = new Kvm(nc);
  const buckets = { replicas: settings.replicas, history: 1 };
  await checkIdentity(await kvm.create(names.metaBucket, buckets), identity, settings.name);
  const presence = await kvm.create(names.nodesBucket, { ...buckets, ttl: presenceTtlMs, storage: StorageType.Memory });
  const agreed = await agreeOn(jsm, presence, names, settings);
  const consumers = await prepareResources(js, jsm, names, agreed);
  return { js, jsm, presence, consumers, settings: agreed };
}
