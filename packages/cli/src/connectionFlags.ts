/** Flags that say where NATS is, and what it is shown. */
import type { Command } from "commander";
import { UsageError } from "./errors.ts";

/** Where NATS is, and what it is shown. */
export interface ConnectionFlags {
  readonly cluster: string;
  readonly clusterName?: string;
  readonly clusterCreds?: string;
  readonly clusterCa?: string;
  readonly clusterCert?: string;
  readonly clusterKey?: string;
}

/** All but `--cluster`, without which the command refuses them and its own `--cluster-…`. */
export function addConnectionFlags(command: Command): Command {
  return command
    .hook("preAction", () => checkUse(command))
    .option("--cluster-name <name>", "which cluster of these NATS servers (default: default)")
    .option("--cluster-creds <file>", "NATS credentials file, or the seed of an nkey")
    .option("--cluster-ca <file>", "certificates that NATS servers are signed by, PEM (default: the system's)")
    .option("--cluster-cert <file>", "certificate that NATS servers ask for, PEM")
    .option("--cluster-key <file>", "its private key, PEM");
}

/** @throws UsageError for a flag that has no effect */
function checkUse(command: Command): void {
  if (command.getOptionValue("cluster") !== undefined) return;
  const idle = command.options.find((option) => {
    const name = option.attributeName();
    return name.startsWith("cluster") && command.getOptionValueSource(name) === "cli";
  });
  if (idle) throw new UsageError(`${idle.long} has an effect with --cluster only`);
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
