/** What the processes of a cluster must have in common besides their identity: the lease, and how often NATS copies. */
import { JetStreamApiCodes, JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { refuse } from "@tokenmill/check";
import type { ClusterNames } from "../names.ts";
import type { ClusterSettings } from "../options.ts";
import { readReports } from "../presence/presence.ts";

const nanosPerMs = 1e6;

/**
 * The settings, as the cluster has them where it is there already: copies are made as its first process said, and its lease may
 * be changed when no process has it.
 * @throws RangeError where others were asked for
 */
export async function agreeOn(
  jsm: JetStreamManager,
  presence: KV,
  names: ClusterNames,
  settings: ClusterSettings,
): Promise<ClusterSettings> {
  const found = await settingsOf(jsm, names);
  if (!found) return settings;
  const { asked, node } = settings;
  const { replicas, leaseMs } = found;
  if (asked.replicas !== undefined && asked.replicas !== replicas) {
    refuse("replicas", `${replicas}, as the cluster ${JSON.stringify(settings.name)} has it`, asked.replicas, false);
  }
  if (asked.leaseMs === undefined || asked.leaseMs === leaseMs)
    return { ...settings, replicas, node: { ...node, leaseMs } };
  if ((await readReports(presence)).length > 0) {
    const expected = `${leaseMs}, as the processes of the cluster ${JSON.stringify(settings.name)} have it`;
    refuse("leaseMs", expected, asked.leaseMs, false);
  }
  return { ...settings, replicas };
}

async function settingsOf(
  jsm: JetStreamManager,
  names: ClusterNames,
): Promise<{ replicas: number; leaseMs: number } | undefined> {
  try {
    const [stream, consumer] = await Promise.all([
      jsm.streams.info(names.workStream),
      jsm.consumers.info(names.workStream, names.workConsumer),
    ]);
    return { replicas: stream.config.num_replicas, leaseMs: (consumer.config.ack_wait ?? 0) / nanosPerMs };
  } catch (error) {
    const { StreamNotFound, ConsumerNotFound } = JetStreamApiCodes;
    const isNew =
      error instanceof JetStreamApiError && (error.code === StreamNotFound || error.code === ConsumerNotFound);
    if (isNew) return undefined;
    throw error;
  }
}
