/** Streams and consumers, made by the first process of a cluster and left as they are by the others. */
import {
  AckPolicy,
  type Consumer,
  DiscardPolicy,
  type JetStreamClient,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { ClusterError } from "../errors.ts";
import type { ClusterNames } from "../names.ts";
import type { ClusterSettings } from "../options.ts";

const nanosPerMs = 1e6;
const secondsPerDay = 86_400;
/** Time that what was begun of a batch is kept; what is gone is made again. */
const batchDays = 3;
/** The server knows an entry again that comes twice within that time. */
const duplicateWindowMs = 120_000;
const logDuplicateWindowMs = 20_000;
const workBytes = 2 ** 28;
const nameInUse = 10058;
/** Of an account, and of a server. */
const storageCodes: readonly number[] = [10002, 10023, 10028, 10047];
const consumerExists = 10148;

/** Undefined unless it is that JetStream may not store as much. */
export function storageShortage(error: unknown, { logBytes }: ClusterSettings): string | undefined {
  if (!(error instanceof JetStreamApiError) || !storageCodes.includes(error.code)) return undefined;
  const mebibytes = Math.ceil((2 * (workBytes + logBytes)) / 2 ** 20);
  return `they may take ${mebibytes} MiB of a server's store (${error.message}): raise JetStream's max_file_store, or the account's limit`;
}

/** What nodes pull from. */
export interface WorkConsumers {
  readonly sequences: Consumer;
  readonly shards: Consumer;
}

export async function prepareResources(
  js: JetStreamClient,
  jsm: JetStreamManager,
  names: ClusterNames,
  settings: ClusterSettings,
): Promise<WorkConsumers> {
  await ensureStream(jsm, {
    name: names.workStream,
    description: "tokenmill: requests that wait for a node",
    subjects: [names.workSubject],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    num_replicas: settings.replicas,
    max_age: secondsPerDay * 1000 * nanosPerMs,
    max_bytes: workBytes,
    // A full queue refuses what is new, so that its client hears of it.
    discard: DiscardPolicy.New,
    duplicate_window: duplicateWindowMs * nanosPerMs,
  });
  await ensureStream(jsm, {
    name: names.logStream,
    description: "tokenmill: what sequences have given, one subject each",
    subjects: [names.logSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: settings.replicas,
    max_age: settings.retentionSeconds * 1000 * nanosPerMs,
    max_bytes: settings.logBytes,
    discard: DiscardPolicy.Old,
    // Ids are in the server's memory; what comes again later is behind another entry than it expects.
    duplicate_window: logDuplicateWindowMs * nanosPerMs,
  });
  await ensureStream(jsm, {
    name: names.shardStream,
    description: "tokenmill: shards of batches that wait for a node",
    subjects: [names.shardSubject("*", "*")],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    num_replicas: settings.replicas,
    max_age: batchDays * secondsPerDay * 1000 * nanosPerMs,
    max_bytes: workBytes,
    discard: DiscardPolicy.New,
  });
  await ensureStream(jsm, {
    name: names.resultStream,
    description: "tokenmill: results of shards until their batch has them",
    subjects: [names.resultSubject("*", "*"), names.partSubject("*", "*", "*")],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: settings.replicas,
    // The last entry says all that stands.
    max_msgs_per_subject: 1,
    max_age: batchDays * secondsPerDay * 1000 * nanosPerMs,
    max_bytes: settings.logBytes,
    // A full one refuses results until some are taken, instead of losing others.
    discard: DiscardPolicy.New,
    allow_direct: true,
  });
  await ensureConsumer(jsm, names.workStream, names.workConsumer, settings);
  await ensureConsumer(jsm, names.shardStream, names.shardConsumer, settings);
  return {
    sequences: await js.consumers.get(names.workStream, names.workConsumer),
    shards: await js.consumers.get(names.shardStream, names.shardConsumer),
  };
}

async function ensureStream(jsm: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  try {
    await jsm.streams.add(config);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== nameInUse) throw error;
    const { config: found } = await jsm.streams.info(config.name);
    if (found.retention === config.retention && found.subjects.join() === config.subjects?.join()) return;
    const message = `the stream ${config.name} is there with other subjects or another retention: use another cluster name`;
    throw new ClusterError("cluster_mismatch", message);
  }
}

async function ensureConsumer(
  jsm: JetStreamManager,
  stream: string,
  name: string,
  settings: ClusterSettings,
): Promise<void> {
  const config = {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    ack_wait: settings.node.leaseMs * nanosPerMs,
    // How often is looked at in the sequence's log, where a handover does not count.
    max_deliver: -1,
    max_ack_pending: -1,
    max_waiting: 4096,
  };
  try {
    await jsm.consumers.add(stream, config);
  } catch (error) {
    const isThere = error instanceof JetStreamApiError && (error.code === consumerExists || error.code === nameInUse);
    if (!isThere) throw error;
    await jsm.consumers.update(stream, name, config);
  }
}
