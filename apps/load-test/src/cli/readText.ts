/** Text of the files that flags and scenarios name. */
import { readFile } from "node:fs/promises";
import { UsageError } from "./errors.ts";

/**
 * The file's text; `what` names it in messages (`the trace`).
 * @throws UsageError if it cannot be read, or is not UTF-8: it must not turn into another text.
 */
export async function readText(path: string, what: string): Promise<string> {
  const name = `${what} ${JSON.stringify(path)}`;
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${name} (${cause.code})`, { cause });
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${name} expected UTF-8, got other bytes in line ${lineOfDamage(bytes)}`, { cause });
  }
}

/** The first line that is not UTF-8, counted from 1. */
function lineOfDamage(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let number = 1, start = 0; ; number++) {
    const end = bytes.indexOf(10, start);
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? undefined : end));
    } catch {
      return number;
    }
    if (end < 0) return number;
    start = end + 1;
  }
}
