/** A process's part of a cluster; the NATS client is an optional install. */
import { loadOptional } from "@tokenmill/check";
import type { LogitsSource } from "@tokenmill/core";
import type { JoinHost } from "@tokenmill/server";
import type { ClusterFlags } from "./clusterFlags.ts";

export interface ClusterManners {
  /** Time that a request waits for a place. */
  readonly queueTimeoutMs: number;
  readonly onLog?: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Undefined if no flag names a cluster. @throws Error that says what to install */
export async function loadClusterHost(
  { cluster, clusterName, clusterCreds, clusterReplicas, clusterCapacity }: ClusterFlags,
  manners: ClusterManners,
): Promise<((source: LogitsSource) => JoinHost) | undefined> {
  if (cluster === undefined) return undefined;
  const { joinCluster } = await loadOptional('"--cluster"', ["@tokenmill/cluster"], () => import("@tokenmill/cluster"));
  return (source) => async (parts) =>
    joinCluster({
      ...parts,
      ...manners,
      servers: cluster.split(","),
      isBitStable: source.isBitStable ?? true,
      ...(clusterName !== undefined && { name: clusterName }),
      ...(clusterCreds !== undefined && { credentials: clusterCreds }),
      ...(clusterReplicas !== undefined && { replicas: clusterReplicas }),
      ...(clusterCapacity !== undefined && { capacity: clusterCapacity }),
    });
}
