/** Results on stdout and in files. */
import { writeFile } from "node:fs/promises";
import { UsageError } from "./errors.ts";

/** A reader that has left, as `head` does, is no error. */
export async function writeStdout(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => (error.code === "EPIPE" ? resolve() : reject(error));
    process.stdout.once("error", onError);
    process.stdout.write(text, () => {
      process.stdout.off("error", onError);
      resolve();
    });
  });
}

/** @throws UsageError if the file cannot be written. */
export async function writeOutFile(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot write ${JSON.stringify(path)} (${cause.code})`, { cause });
  });
}
