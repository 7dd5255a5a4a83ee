/** A process with a command line: arguments in, exit code out. */
import { plainLines } from "@tokenmill/check";
import type { Command } from "commander";
import { reportError } from "./errors.ts";
import { guardStandardStreams, leaveMessages } from "./standardStreams.ts";

/** Runs the program on the process's arguments; what it throws is reported under its name and becomes the exit code. */
export async function runProgram(createProgram: () => Command, name: string): Promise<void> {
  guardStandardStreams(name);
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
