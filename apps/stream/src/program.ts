/** The command line: all commands, and the manners they share. */
import { createRequire } from "node:module";
import { withManners } from "@tokenmill/cli";
import { Command } from "commander";
import { batchCommand } from "./batch/command.ts";
import { clusterCommand } from "./cluster/command.ts";
import { explainCommand } from "./explain/command.ts";
import { foreignFlagHint } from "./flags/foreignFlags.ts";
import { loadCommand } from "./load/command.ts";
import { playgroundCommand } from "./playground/command.ts";
import { sampleCommand } from "./sample/command.ts";
import { serveCommand } from "./serve/command.ts";
import { streamCommand } from "./stream/command.ts";

export function createProgram(): Command {
  const { version, description } = createRequire(import.meta.url)("../package.json") as Record<
    "version" | "description",
    string
  >;
  const program = new Command("tokenmill").description(description).version(version);
  const commands = [
    streamCommand(),
    batchCommand(),
    sampleCommand(),
    explainCommand(),
    serveCommand(),
    playgroundCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands]) withManners(command, "tokenmill", foreignFlagHint);
  // these have manners of their own
  program.enablePositionalOptions().addCommand(clusterCommand()).addCommand(loadCommand());
  return program;
}
