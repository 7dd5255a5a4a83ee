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

/** What to write instead of a flag that the command does not have; undefined: the nearest flag is named. */
type FlagHint = (command: Command, flag: string) => string | undefined;

/** Errors as exceptions and in our words, `--debug` everywhere. */
export function withManners(command: Command, program: string, hintOf: FlagHint = () => undefined): void {
  const inOurWords = (text: string): string => {
    const flag = /^error: unknown option '([^'=]+)/.exec(text)?.[1];
    const hint = flag === undefined ? undefined : hintOf(command, flag);
    return hint === undefined
      ? text.replace(/^error: /, `${program}: `)
      : `${program}: unknown option '${flag}': ${hint}\n`;
  };
  command
    .option("--debug", "print the stack of errors")
    .exitOverride()
    .showHelpAfterError("(see --help)")
    .configureOutput({ outputError: (text, write) => write(plainLines(inOurWords(text))) });
}
