/** stdout and stderr: a reader that has left is no error, and messages do not keep the process. */
import { setTimeout } from "node:timers/promises";
import { plainLines } from "@tokenmill/check";
import { exitCodes } from "./exitCodes.ts";

/** Messages under way when a command is done are waited for that long. */
const longestWaitMs = 1000;

/** Once for the process, before anything is written. */
export function guardStandardStreams(): void {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // results are the business of `writeStdout`, which listens too
    if (error.code === "EPIPE" || process.stdout.listenerCount("error") > 1) return;
    process.exitCode = exitCodes.failed;
    say(`tokenmill-load: cannot write stdout: ${error.message}`);
  });
}

/** A message for people, on stderr; what it quotes cannot steer their terminal. */
export function say(text: string): void {
  process.stderr.write(`${plainLines(text)}\n`);
}

/** Ends the process if all that is left of it are messages that nobody takes. */
export async function leaveMessages(): Promise<void> {
  if (process.stderr.writableLength === 0) return;
  const written = new Promise<void>((resolve) => process.stderr.write("", () => resolve()));
  await Promise.race([written, setTimeout(longestWaitMs)]);
  process.exit();
}
