/**
 * stdout and stderr as every command has them: a reader that has left is no error, whatever was to be written (help, version,
 * greeting, errors), and messages that nobody reads do not keep the process.
 */
import { setTimeout } from "node:timers/promises";
import { plainLines } from "@tokenmill/check";
import { exitCodes } from "./exitCodes.ts";

/** Messages in flight when a command is done are waited for that long. */
const longestWaitMs = 1000;
const leftUnread = new Set<NodeJS.WriteStream>([process.stderr]);

/** Once for the process, before anything is written. */
export function guardStandardStreams(program: string): void {
  // nobody reads the messages any more: no reason to fail
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // results are the business of `Output`, which listens too
    if (error.code === "EPIPE" || process.stdout.listenerCount("error") > 1) return;
    process.exitCode = exitCodes.failed;
    say(`${program}: cannot write stdout: ${error.message}`);
  });
}

/** A message for people, on stderr; what it quotes cannot steer their terminal. */
export function say(text: string): void {
  process.stderr.write(`${plainLines(text)}\n`);
}

/** What is written to stdout from here on may be left unread at the end, as messages may: the greeting of a server. */
export function mayBeLeftUnread(): void {
  leftUnread.add(process.stdout);
}

/** Ends the process if all that is left of it are messages that nobody takes. */
export async function leaveMessages(): Promise<void> {
  const waiting = [...leftUnread].filter(({ writableLength }) => writableLength > 0);
  if (waiting.length === 0) return;
  const written = waiting.map((stream) => new Promise<void>((resolve) => stream.write("", () => resolve())));
  await Promise.race([Promise.all(written), setTimeout(longestWaitMs, undefined)]);
  process.exit();
}
