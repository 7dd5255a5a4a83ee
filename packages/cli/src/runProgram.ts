/** A process with a command line: arguments in, exit code out. */
import { plainLines } from "@tokenmill/check";
import type { Command } from "commander";
import { reportError } from "./errors.ts";
import { exitCodes } from "./exitCodes.ts";
import { guardStandardStreams, leaveMessages, say } from "./standardStreams.ts";

/** Node's own: what the top of a module awaits is not there, and nothing is left that it could come from. */
const unsettled = 13;

/** Runs the program on the process's arguments; what it throws is reported under its name and becomes the exit code. */
export async function runProgram(createProgram: () => Command, name: string): Promise<void> {
  guardStandardStreams(name);
  process.once("exit", () => {
    if (process.exitCode !== unsettled) return;
    say(`${name}: nothing is left to do, and it has not ended: a module waits for what never comes`);
    process.exitCode = exitCodes.failed;
  });
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = reportError(name, error);
  }
  await leaveMessages();
}

/** Errors as exceptions and in our words, `--debug` everywhere. */
export function withManners(command: Command, program: string): void {
  command
    .option("--debug", "print the stack of errors")
    .exitOverride()
    .showHelpAfterError("(see --help)")
    .configureOutput({ outputError: (text, write) => write(plainLines(text.replace(/^error: /, `${program}: `))) });
}
