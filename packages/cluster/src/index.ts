/** @tokenmill/cluster: token streams over many machines, on NATS JetStream. The only package that knows NATS. */
import { type Cluster, join } from "./join.ts";
import type { ClusterOptions } from "./options.ts";

export type { ConnectionOptions } from "./connection/connectionOptions.ts";
export type { BatchOptions } from "./batch/batchRun.ts";
export type { BatchAnswers, BatchItem, BatchSettings } from "@tokenmill/core";
export type { Cluster, ClusterStats } from "./join.ts";
export { ClusterError, type ClusterErrorCode } from "./errors.ts";
export type { ClusterSequence, StreamPlace } from "./gateway/gateway.ts";
export type { StreamName } from "./gateway/streamStops.ts";
export type { ClusterOptions } from "./options.ts";
export { type ClusterState, type ClusterView, viewCluster } from "./view.ts";
export type { NodeReport } from "./presence/presence.ts";

/** @throws TypeError, RangeError for bad options; ClusterError `cluster_unavailable`, `cluster_unauthorized`, `cluster_mismatch` */
export function joinCluster(options: ClusterOptions): Promise<Cluster> {
  return join(options);
}
