/** The server's part of a cluster; the NATS client is installed by who asks for it. */
import { loadOptional } from "@tokenmill/check";
import type { LogitsSource } from "@tokenmill/core";
import type { JoinHost } from "@tokenmill/server";
import type { Logger } from "pino";
import type { ServeFlags } from "./serveFlags.ts";

/** @throws Error that says what to install */
export async function loadClusterHost(flags: ServeFlags, log: Logger): Promise<(source: LogitsSource) => JoinHost> {
  const { joinCluster } = await loadOptional('"--cluster"', ["@tokenmill/cluster"], () => import("@tokenmill/cluster"));
  return (source) => async (parts) =>
    joinCluster({
      ...parts,
      servers: flags.cluster!.split(","),
      isBitStable: source.isBitStable ?? true,
      ...(flags.clusterName !== undefined && { name: flags.clusterName }),
      ...(flags.clusterCreds !== undefined && { credentials: flags.clusterCreds }),
      ...(flags.clusterReplicas !== undefined && { replicas: flags.clusterReplicas }),
      ...(flags.clusterCapacity !== undefined && { capacity: flags.clusterCapacity }),
      queueTimeoutMs: flags.queueTimeout * 1000,
      onLog: (event, details) => log.info({ ...details, component: "cluster" }, event),
    });
}
