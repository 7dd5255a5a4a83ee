/** Errors a user can do something about, and how errors are printed. */
import { messageOf as textOf, oneLine } from "@tokenmill/check";
import { CommanderError } from "commander";
import { type ExitCode, exitCodes } from "./exitCodes.ts";
import { say } from "./standardStreams.ts";

/** A wrong flag, file name or value: exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return textOf(error);
}

/** What `work` resolves to; TypeError and RangeError, which name the bad value, become usage errors. */
export async function asUsage<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

/** Prints the error, if there is something to say, and tells the exit code. */
export function reportError(error: unknown): ExitCode {
  // Commander has printed its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const isDebug = process.argv.includes("--debug");
  const text = isDebug && error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  say(`tokenmill-load: ${isDebug ? text : oneLine(text)}`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}
