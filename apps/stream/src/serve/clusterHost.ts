/** The server's part of a cluster; the NATS client is loaded by who asks for it. */
import type { LogitsSource } from "@tokenmill/core";
import type { JoinHost } from "@tokenmill/server";
import type { Logger } from "pino";
import type { ServeFlags } from "./serveFlags.ts";

export function clusterHost(flags: ServeFlags, source: LogitsSource, log: Logger): JoinHost {
  return async (parts) => {
    const { joinCluster } = await import("@tokenmill/cluster");
    return joinCluster({
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
  };
}
