/** Flags that say which cluster a process joins, and how. */
import { integerFlag } from "@tokenmill/cli";
import type { Command } from "commander";

/** Where NATS is, and what it is shown. */
export interface ConnectionFlags {
  readonly cluster: string;
  readonly clusterName?: string;
  readonly clusterCreds?: string;
  readonly clusterCa?: string;
  readonly clusterCert?: string;
  readonly clusterKey?: string;
}

export interface ClusterFlags extends Partial<ConnectionFlags> {
  readonly clusterReplicas?: number;
  readonly clusterCapacity?: number;
  readonly clusterLease?: number;
}

/** @param what the command does with the cluster */
export function addClusterPlaceFlags(command: Command, what: string): void {
  command
    .optionsGroup("Cluster:")
    .option(
      "--cluster <urls>",
      `${what}, over NATS servers with JetStream: nats://host:4222 or tls://user:password@host:4222, with commas`,
    );
  addConnectionFlags(command);
}

export function addClusterFlags(command: Command): void {
  addClusterPlaceFlags(command, "make sequences together with other processes");
  command
    .option(
      "--cluster-replicas <n>",
      "copies that NATS keeps; 3 survive the loss of a NATS server (default: 1)",
      integerFlag("clusterReplicas", 1, 5),
    )
    .option(
      "--cluster-capacity <n>",
      "sequences that this process makes at a time; 0: it only passes on what others make (default: 256)",
      integerFlag("clusterCapacity", 0, 131_072),
    )
    .option(
      "--cluster-lease <ms>",
      "time after which the sequences of a process that is silent go on at another one, the same for all of a cluster (default: 1200)",
      integerFlag("clusterLease", 300, 600_000),
    );
}

/** All but `--cluster`. */
export function addConnectionFlags(command: Command): Command {
  return command
    .option("--cluster-name <name>", "which cluster of these NATS servers (default: default)")
    .option("--cluster-creds <file>", "NATS credentials file, or the seed of an nkey")
    .option("--cluster-ca <file>", "certificates that NATS servers are signed by, PEM (default: the system's)")
    .option("--cluster-cert <file>", "certificate that NATS servers ask for, PEM")
    .option("--cluster-key <file>", "its private key, PEM");
}

export interface ConnectionOptions {
  servers: string[];
  name?: string;
  credentials?: string;
  ca?: string;
  certificate?: string;
  key?: string;
}

export function connectionOf(flags: ConnectionFlags): ConnectionOptions {
  const { cluster, clusterName, clusterCreds, clusterCa, clusterCert, clusterKey } = flags;
  return {
    servers: cluster.split(","),
    ...(clusterName !== undefined && { name: clusterName }),
    ...(clusterCreds !== undefined && { credentials: clusterCreds }),
    ...(clusterCa !== undefined && { ca: clusterCa }),
    ...(clusterCert !== undefined && { certificate: clusterCert }),
    ...(clusterKey !== undefined && { key: clusterKey }),
  };
}
