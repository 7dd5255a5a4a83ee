/** `tokenmill cluster`: looks at a cluster, and takes processes out of it. */
import { addConnectionFlags, type ConnectionFlags, withManners } from "@tokenmill/cli";
import { Command } from "commander";

export function clusterCommand(): Command {
  const cluster = new Command("cluster").summary("look at the processes of a cluster, and take some out of it");
  const add = (name: string, summary: string): Command =>
    withAddress(
      cluster
        .command(name)
        .summary(summary)
        .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`),
    );
  add("status", "print who is there, what waits and what is logged")
    .option("--json", "as one JSON object")
    .action(async (flags: ConnectionFlags & { json?: true }) => (await import("./runCluster.ts")).status(flags));
  add("top", "print the status again and again, until it is interrupted").action(async (flags: ConnectionFlags) =>
    (await import("./runCluster.ts")).top(flags),
  );
  add("drain", "tell processes to hand their sequences over and to take no more")
    .argument("<ids...>", "processes, as the status names them")
    .action(async (ids: string[], flags: ConnectionFlags) => (await import("./runCluster.ts")).drain(ids, flags));
  for (const command of cluster.commands) withManners(command, "tokenmill");
  return cluster;
}

function withAddress(command: Command): Command {
  return addConnectionFlags(command.requiredOption("--cluster <urls>", "NATS servers: nats://host:4222, with commas"));
}
