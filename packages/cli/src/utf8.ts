/** Text of files and lines, which is UTF-8 or is refused: it must not turn into another text. */
import { readFile } from "node:fs/promises";
import { UsageError } from "./errors.ts";
import { checkInputFile } from "./inputFiles.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws TypeError naming `what` if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    throw new TypeError(`${what} expected UTF-8, got other bytes`, { cause });
  }
}

/**
 * The file's text, without a byte order mark; `what` goes before its name in messages (`the trace`).
 * @throws UsageError if it is not UTF-8 or a directory, or the file system's error.
 */
export async function readText(path: string, what?: string): Promise<string> {
  await checkInputFile(path);
  const bytes = await readFile(path);
  try {
    return strict.decode(bytes).replace(/^\uFEFF/, "");
  } catch (cause) {
    const name = `${what === undefined ? "" : `${what} `}${JSON.stringify(path)}`;
    throw new UsageError(`${name} expected UTF-8, got other bytes in line ${lineOfDamage(bytes)}`, { cause });
  }
}

/** The first line that is not UTF-8, counted from 1. */
function lineOfDamage(bytes: Uint8Array): number {
  for (let number = 1, start = 0; ; number++) {
    const end = bytes.indexOf(10, start);
    try {
      strict.decode(bytes.subarray(start, end < 0 ? undefined : end));
    } catch {
      return number;
    }
    if (end < 0) return number;
    start = end + 1;
  }
}
