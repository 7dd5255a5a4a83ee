/** A process's part of a cluster; the NATS client is an optional install. */
import { loadOptional } from "@tokenmill/check";
import type { LogitsSource } from "@tokenmill/core";
import type { JoinHost } from "@tokenmill/server";
import { inFlags } from "./clusterError.ts";
import { connectionOf } from "@tokenmill/cli";
import type { ClusterFlags } from "./clusterFlags.ts";

export interface ClusterManners {
  /** Time that a request waits for a place. */
  readonly queueTimeoutMs: number;
  readonly onLog?: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Undefined if no flag names a cluster. @throws Error that says what to install, UsageError for what a flag has to change */
export async function loadClusterHost(
  flags: ClusterFlags,
  manners: ClusterManners,
): Promise<((source: LogitsSource) => JoinHost) | undefined> {
  const { cluster, clusterReplicas, clusterCapacity, clusterLease } = flags;
  if (cluster === undefined) return undefined;
  const { joinCluster } = await loadOptional('"--cluster"', ["@tokenmill/cluster"], () => import("@tokenmill/cluster"));
  return (source) => (parts) =>
    inFlags(() =>
      joinCluster({
        ...parts,
        ...manners,
        ...connectionOf({ ...flags, cluster }),
        isBitStable: source.isBitStable ?? true,
        ...(clusterReplicas !== undefined && { replicas: clusterReplicas }),
        ...(clusterCapacity !== undefined && { capacity: clusterCapacity }),
        ...(clusterLease !== undefined && { leaseMs: clusterLease }),
      }),
    );
}
