/** Lines out of bytes that come in chunks of any size, in time and memory that grow with the bytes. */
import { checkInteger, checkOptions, refuse } from "@tokenmill/check";
import { ProtocolError } from "../errors.ts";

export interface LineSplitterOptions {
  /** Longest line in bytes, 0 … 2^31 − 1. Absent: 2^26. */
  maxLineBytes?: number;
}

export interface LineSplitter {
  /** The lines that are whole with this chunk, without their line feed. @throws ProtocolError `too_large` */
  push(chunk: Uint8Array): Uint8Array[];
  /** What stands after the last line feed; undefined if nothing does. */
  end(): Uint8Array | undefined;
}

const known = ["maxLineBytes"] as const satisfies (keyof LineSplitterOptions)[];
const lineFeed = 10;

/** @throws TypeError, RangeError for bad options */
export function createLineSplitter(options: LineSplitterOptions = {}): LineSplitter {
  checkOptions("options", options, known, "line splitter option");
  const { maxLineBytes = 2 ** 26 } = options;
  checkInteger("maxLineBytes", maxLineBytes, { min: 0, max: 2 ** 31 - 1 });
  const rest = new Rest();
  const check = (lineBytes: number): void => {
    if (lineBytes > maxLineBytes) {
      throw new ProtocolError("too_large", `line expected at most ${maxLineBytes} bytes`);
    }
  };
  return {
    push(chunk) {
      checkChunk(chunk);
      const lines: Uint8Array[] = [];
      let start = 0;
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
        check(rest.length + end - start);
        // a copy: the chunk may be the reader's buffer, to be filled again
        lines.push(rest.length === 0 ? chunk.slice(start, end) : rest.take(chunk.subarray(start, end)));
        start = end + 1;
      }
      check(rest.length + chunk.length - start);
      rest.append(chunk.subarray(start));
      return lines;
    },
    end: () => (rest.length === 0 ? undefined : rest.take(new Uint8Array(0))),
  };
}

/** @throws TypeError */
export function checkChunk(chunk: Uint8Array): void {
  if (!(chunk instanceof Uint8Array)) refuse("chunk", "Uint8Array", chunk, true);
}

/** Bytes of a line that is not whole, in a buffer that doubles: each byte is moved a few times, however small the chunks. */
class Rest {
  #bytes = new Uint8Array(0);
  length = 0;

  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.length);
    this.length = length;
  }

  /** All of it with `bytes` behind, and nothing is left. */
  take(bytes: Uint8Array): Uint8Array {
    this.append(bytes);
    const taken = this.#bytes.subarray(0, this.length);
    this.#bytes = new Uint8Array(0);
    this.length = 0;
    return taken;
  }
}
