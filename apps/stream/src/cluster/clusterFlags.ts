/** Flags that say which cluster a process joins. */
import { integerFlag } from "@tokenmill/cli";
import type { Command } from "commander";

export interface ClusterFlags {
  readonly cluster?: string;
  readonly clusterName?: string;
  readonly clusterCreds?: string;
  readonly clusterReplicas?: number;
  readonly clusterCapacity?: number;
}

export function addClusterFlags(command: Command): void {
  command
    .optionsGroup("Cluster:")
    .option(
      "--cluster <urls>",
      "make sequences together with other processes, over NATS servers with JetStream: nats://host:4222, with commas",
    )
    .option("--cluster-name <name>", "which cluster of these NATS servers (default: default)")
    .option("--cluster-creds <file>", "NATS credentials file")
    .option(
      "--cluster-replicas <n>",
      "copies that NATS keeps; 3 survive the loss of a NATS server (default: 1)",
      integerFlag("clusterReplicas", 1, 5),
    )
    .option(
      "--cluster-capacity <n>",
      "sequences that this process makes at a time; 0: it only passes on what others make (default: 256)",
      integerFlag("clusterCapacity", 0, 131_072),
    );
}
