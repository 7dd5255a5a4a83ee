/** The command line: all commands, and the manners they share. */
import { withManners } from "@tokenmill/cli";
import { Command } from "commander";
import { agentCommand } from "./commands/agentCommand.ts";
import { calibrateCommand } from "./commands/calibrateCommand.ts";
import { compareCommand } from "./commands/compareCommand.ts";
import { reportCommand } from "./commands/reportCommand.ts";
import { schemaCommand } from "./commands/schemaCommand.ts";
import { toolFacts } from "./report/toolFacts.ts";
import { runCommand } from "./commands/runCommand.ts";
import { sweepCommand } from "./commands/sweepCommand.ts";

export function createProgram(): Command {
  const { name, version, description } = toolFacts();
  const program = new Command(name).description(description).version(version).enablePositionalOptions();
  program.addCommand(runCommand(), { isDefault: true });
  for (const command of [
    sweepCommand(),
    compareCommand(),
    calibrateCommand(),
    reportCommand(),
    schemaCommand(),
    agentCommand(),
  ])
    program.addCommand(command);
  for (const command of [program, ...program.commands]) withManners(command, name);
  return program;
}
