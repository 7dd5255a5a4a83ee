/** A cluster from outside: its members, its queue, and draining of members. Makes and reads no sequence. */
import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { checkOptions } from "@tokenmill/check";
import { connectNats } from "./connection/connection.ts";
import { checkConnection, connectionOptionNames, type ConnectionOptions } from "./connection/connectionOptions.ts";
import { ClusterError } from "./errors.ts";
import { clusterNames } from "./names.ts";
import { type NodeReport, readReports } from "./presence/presence.ts";
import { encode } from "./wire/codec.ts";

export interface ClusterState {
  readonly nodes: readonly NodeReport[];
  /** Requests that wait for a node, and that nodes have claimed. */
  readonly waiting: number;
  readonly claimed: number;
  /** Of the logs. */
  readonly logEntries: number;
  readonly logBytes: number;
  /** Of the work queue, where NATS servers copy it; absent: one server has it. */
  readonly leader?: string;
}

export interface ClusterView {
  /** @throws ClusterError `cluster_unavailable`, also where there is no cluster of the name */
  state(): Promise<ClusterState>;
  /** Tells processes to move their sequences to others and accept no more. Resolves when they say that they are draining. */
  drain(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const pollMs = 200;
const answerMs = 10_000;

/** @throws TypeError, RangeError for bad options; ClusterError `cluster_unavailable`, `cluster_unauthorized` */
export async function viewCluster(options: ConnectionOptions): Promise<ClusterView> {
  checkOptions("options", options, connectionOptionNames, "cluster option");
  const name = checkConnection(options);
  const names = clusterNames(name);
  const { nc } = await connectNats(options);
  const unavailable = (cause: unknown): ClusterError =>
    new ClusterError("cluster_unavailable", `NATS has no cluster ${JSON.stringify(name)}, or does not answer`, {
      cause,
    });
  const jsm = await jetstreamManager(nc).catch(async (error: unknown) => {
    await nc.close();
    throw unavailable(error);
  });
  const state = async (): Promise<ClusterState> => {
    try {
      const [consumer, work, log] = await Promise.all([
        jsm.consumers.info(names.workStream, names.workConsumer),
        jsm.streams.info(names.workStream),
        jsm.streams.info(names.logStream),
      ]);
      const bucket = await new Kvm(nc).open(names.nodesBucket);
      return {
        nodes: await readReports(bucket),
        waiting: consumer.num_pending,
        claimed: consumer.num_ack_pending,
        logEntries: log.state.messages,
        logBytes: log.state.bytes,
        ...(work.cluster?.leader !== undefined && { leader: work.cluster.leader }),
      };
    } catch (error) {
      throw unavailable(error);
    }
  };
  return {
    state,
    async drain(ids) {
      for (const id of ids) {
        nc.publish(names.peerSubject(id), encode({ from: "", messages: [{ kind: "drain" }] }));
      }
      const endMs = performance.now() + answerMs;
      for (;;) {
        const { nodes } = await state();
        const late = nodes.filter((node) => ids.includes(node.id) && (node.state === "serving" || node.making > 0));
        if (late.length === 0) return;
        if (performance.now() > endMs) {
          const who = late.map(({ id }) => id).join(", ");
          throw new ClusterError("cluster_unavailable", `${who} did not hand everything over within ${answerMs} ms`);
        }
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    },
    close: () => nc.close(),
  };
}
