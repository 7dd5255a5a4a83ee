/** Results in files. */
import { writeFile } from "node:fs/promises";
import { UsageError } from "@tokenmill/cli";

/** @throws UsageError if the file cannot be written. */
export async function writeOutFile(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot write ${JSON.stringify(path)} (${cause.code})`, { cause });
  });
}
