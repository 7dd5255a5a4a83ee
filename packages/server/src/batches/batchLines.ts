/** The requests of a file: its lines that are not blank. */
import { createReadStream } from "node:fs";
import { createLineSplitter, ProtocolError } from "@tokenmill/protocol";
import type { BatchItem } from "@tokenmill/core";
import { CustomIds } from "./customIds.ts";

/** A file without line breaks must not fill the memory. */
const longestLineBytes = 2 ** 26;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The requests of a batch, told which of them repeat a `custom_id`. @param from number of the first that is wanted. @throws as `readBatchLines` */
export async function* readRequests(path: string, from = 0): AsyncGenerator<BatchItem, void> {
  const ids = new CustomIds();
  for await (const item of readBatchLines(path)) {
    const repeats = ids.repeatedBy(item);
    if (item.number >= from) yield repeats === undefined ? item : { ...item, repeats };
  }
}

/** @param from number of the first that is wanted. @throws RangeError for a line that is too long, the file system's errors */
export async function* readBatchLines(path: string, from = 0): AsyncGenerator<BatchItem, void> {
  const splitter = createLineSplitter({ maxLineBytes: longestLineBytes });
  let number = 0;
  let fileLine = 0;
  const itemOf = (bytes: Uint8Array): BatchItem | undefined => {
    const line = fileLine++ === 0 && hasByteOrderMark(bytes) ? bytes.subarray(3) : bytes;
    if (line.every((byte) => byte === 32 || (byte >= 9 && byte <= 13))) return undefined;
    const item = number >= from ? { number, text: textOf(line), line: fileLine } : undefined;
    number++;
    return item;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const bytes of split(chunk)) {
      const item = itemOf(bytes);
      if (item) yield item;
    }
  }
  const rest = splitter.end();
  const last = rest && itemOf(rest);
  if (last) yield last;

  function split(chunk: Buffer): Uint8Array[] {
    try {
      return splitter.push(chunk);
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      throw new RangeError(`${JSON.stringify(path)} has a line of more than ${longestLineBytes} bytes`, { cause });
    }
  }
}

function textOf(line: Uint8Array): string | null {
  try {
    return utf8.decode(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
  } catch {
    return null;
  }
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
