/** Events out of NDJSON bytes that come in chunks of any size. */
import { checkInteger, checkOptions } from "@tokenmill/check";
import { ProtocolError } from "../errors.ts";
import { checkChunk } from "../lines/lineSplitter.ts";
import type { WireEvent } from "../wireEvent.ts";
import { decodeNdjson } from "./ndjson.ts";

export interface NdjsonDecoderOptions {
  /** Longest line in UTF-16 units, 0 … 2^29. Absent: 2^24. */
  maxLineLength?: number;
}

export interface NdjsonDecoder {
  /** Events that are whole with this chunk; empty lines are skipped. @throws ProtocolError; the decoder is of no use then. */
  push(chunk: Uint8Array): WireEvent[];
  /** The event of a last line without a line feed, if there is one. @throws ProtocolError */
  end(): WireEvent[];
}

const known = ["maxLineLength"] as const satisfies (keyof NdjsonDecoderOptions)[];

/** @throws TypeError, RangeError for bad options */
export function createNdjsonDecoder(options: NdjsonDecoderOptions = {}): NdjsonDecoder {
  checkOptions("options", options, known, "NDJSON decoder option");
  const { maxLineLength = 2 ** 24 } = options;
  checkInteger("maxLineLength", maxLineLength, { min: 0, max: 2 ** 29 });
  // Strict: damaged UTF-8 must not turn into another text.
  const decoder = new TextDecoder("utf-8", { fatal: true });
  /** Grows by concatenation, which engines keep as a rope, and is searched no more. */
  let rest = "";
  const append = (text: string): string => {
    rest += text;
    if (rest.length > maxLineLength) {
      throw new ProtocolError("too_large", `line expected at most ${maxLineLength} characters`);
    }
    return rest;
  };
  const take = (text: string): WireEvent[] => {
    const lines: string[] = [];
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      lines.push(append(text.slice(start, end)));
      rest = "";
      start = end + 1;
    }
    append(text.slice(start));
    return lines.filter((line) => line.trim() !== "").map(decodeNdjson);
  };
  return {
    push: (chunk) => {
      checkChunk(chunk);
      return take(decodeText(decoder, chunk));
    },
    end: () => take(`${decodeText(decoder)}\n`),
  };
}

function decodeText(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new ProtocolError("damaged", "line expected UTF-8", { cause });
  }
}
