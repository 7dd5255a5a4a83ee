/** The command line: all commands, and the manners they share. */
import { createRequire } from "node:module";
import { Command } from "commander";
import { explainCommand } from "./explain/command.ts";
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
  for (const command of [streamCommand(), sampleCommand(), explainCommand(), serveCommand(), playgroundCommand()])
    program.addCommand(command);
  for (const command of [program, ...program.commands]) withManners(command);
  return program;
}

/** Errors as exceptions and in our words, `--debug` everywhere. */
function withManners(command: Command): void {
  command
    .option("--debug", "print the stack of errors")
    .exitOverride()
    .showHelpAfterError("(see --help)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "tokenmill: ")) });
}
