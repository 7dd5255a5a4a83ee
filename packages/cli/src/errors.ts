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

/** The end of a command that was told to stop: nothing is printed. */
export class StoppedError extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode) {
    super("stopped");
    this.name = "StoppedError";
    this.exitCode = exitCode;
  }
}

/** As `asUsage`, of what is checked later. */
export async function asUsageAsync<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    return asUsage(() => {
      throw error;
    });
  }
}

/** What `check` returns; its TypeError and RangeError, which name the bad value, become usage errors. */
export function asUsage<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

export function messageOf(error: unknown): string {
  // Of a connection that was tried on several addresses.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error && isSystemError(error) ? systemMessage(error) : textOf(error);
}

/**
 * Prints the error, if there is something to say, as one line on stderr without control characters of what it quotes, and
 * tells the exit code. With `--debug` the stack is printed too.
 */
export function reportError(program: string, error: unknown): ExitCode {
  if (error instanceof StoppedError) return error.exitCode;
  // Commander has printed its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const isDebug = process.argv.includes("--debug");
  const text = isDebug && error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  say(`${program}: ${isDebug ? text : oneLine(text)}`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

interface SystemError extends Error {
  code: string;
  syscall: string;
  path?: string;
}

function isSystemError(error: Error): error is SystemError {
  return "syscall" in error && "code" in error;
}

/** `cannot open "x": no such file or directory (ENOENT)` instead of Node's order. */
function systemMessage({ message, code, syscall, path }: SystemError): string {
  const reason = /^[A-Z0-9_]+: ([^,]*)/.exec(message)?.[1] ?? message;
  return `cannot ${syscall}${path === undefined ? "" : ` ${JSON.stringify(path)}`}: ${reason} (${code})`;
}
