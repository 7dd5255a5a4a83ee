/** Text of files and lines, which is UTF-8 or is refused: it must not turn into another text. */
import { readFile } from "node:fs/promises";
import { UsageError } from "./errors.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws TypeError naming `what` if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    throw new TypeError(`${what} expected UTF-8, got other bytes`, { cause });
  }
}

/** The file's text, without a byte order mark. @throws UsageError if it is not UTF-8, or the file system's error. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  try {
    return decodeUtf8(bytes, JSON.stringify(path)).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}
