/** Lines of a byte stream, as they come; the last one may lack its line break. */
import { decodeUtf8 } from "@tokenmill/cli";
import { ProtocolError, createLineSplitter } from "@tokenmill/protocol";

/** Longest line taken, in bytes: an input without line breaks must not fill the memory. */
const longestLineBytes = 2 ** 26;

/** A line that is read when it is asked for: one that is not UTF-8 is refused alone. */
export interface Line {
  /** @throws TypeError if the line is not UTF-8. */
  text(): string;
}

/** @throws the stream's error, or RangeError for a line that is too long. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const splitter = createLineSplitter({ maxLineBytes: longestLineBytes });
  let isFirst = true;
  const lineOf = (bytes: Uint8Array): Line => {
    const start = isFirst && hasByteOrderMark(bytes) ? 3 : 0;
    isFirst = false;
    const line = bytes.subarray(start, bytes.at(-1) === 0x0d ? -1 : undefined);
    return { text: () => decodeUtf8(line, "the line") };
  };
  for await (const chunk of chunks) for (const bytes of split(splitter, chunk)) yield lineOf(bytes);
  const rest = splitter.end();
  if (rest) yield lineOf(rest);
}

function split(splitter: ReturnType<typeof createLineSplitter>, chunk: Uint8Array): Uint8Array[] {
  try {
    return splitter.push(chunk);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new RangeError(`a line of more than ${longestLineBytes} bytes`, { cause });
  }
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
