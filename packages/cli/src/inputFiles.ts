/** Files that a command reads: no directories, and none that its results replace. */
import { stat } from "node:fs/promises";
import { UsageError } from "./errors.ts";

/** Paths by the flag or argument that names them; those that were not given are undefined. */
export type InputFiles = Readonly<Record<string, string | undefined>>;

/** @throws UsageError where `output` is the file of an input, by whatever path. */
export async function checkOutputFile(output: string, inputs: InputFiles): Promise<void> {
  const id = await fileId(output);
  for (const [flag, path] of Object.entries(inputs)) {
    if (id === undefined || path === undefined || (await fileId(path)) !== id) continue;
    throw new UsageError(`"output" expected another file than that of ${flag}, got ${JSON.stringify(output)}`);
  }
}

/** Reading one fails without its name. @throws UsageError for a directory; what cannot be opened is left to say so. */
export async function checkInputFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new UsageError(`${JSON.stringify(path)} expected a file, got a directory`);
}

/** What no other file has; undefined for what is no file. */
async function fileId(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() ? `${found.dev} ${found.ino}` : undefined;
}
