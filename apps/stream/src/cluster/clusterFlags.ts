/** Flags that say which cluster a process joins, and how. */
import { addConnectionFlags, type ConnectionFlags, integerFlag } from "@tokenmill/cli";
import type { Command } from "commander";

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
