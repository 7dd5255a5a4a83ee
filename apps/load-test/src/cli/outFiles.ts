/** Results in files. */
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { checkOutputFile, type InputFiles, UsageError } from "@tokenmill/cli";

/** Before a load, whose results would be lost. @throws UsageError if a file cannot be written, or is one of the inputs. */
export async function checkOutFiles(paths: readonly (string | undefined)[], inputs: InputFiles): Promise<void> {
  for (const path of paths) {
    if (path === undefined) continue;
    await checkOutputFile(path, inputs);
    const handle: FileHandle = await open(path, "a").catch((cause: unknown) => notWritten(path, cause));
    await handle.close();
  }
}

/** @throws UsageError if the file cannot be written. */
export async function writeOutFile(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => notWritten(path, cause));
}

function notWritten(path: string, cause: unknown): never {
  throw new UsageError(`cannot write ${JSON.stringify(path)} (${(cause as NodeJS.ErrnoException).code})`, { cause });
}
