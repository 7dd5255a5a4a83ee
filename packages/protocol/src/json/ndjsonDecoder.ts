/** Events out of NDJSON bytes that come in chunks of any size. */
import { ProtocolError } from "../errors.ts";
import type { WireEvent } from "../wireEvent.ts";
import { decodeNdjson } from "./ndjson.ts";

export interface NdjsonDecoderOptions {
  /** Longest line in UTF-16 units. Absent: 2^24. */
  maxLineLength?: number;
}

export interface NdjsonDecoder {
  /** Events that are whole with this chunk; empty lines are skipped. @throws ProtocolError; the decoder is of no use then. */
  push(chunk: Uint8Array): WireEvent[];
  /** The event of a last line without a line feed, if there is one. @throws ProtocolError */
  end(): WireEvent[];
}

export function createNdjsonDecoder({ maxLineLength = 2 ** 24 }: NdjsonDecoderOptions = {}): NdjsonDecoder {
  // Strict: damaged UTF-8 must not turn into another text.
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  const take = (text: string, isLast: boolean): WireEvent[] => {
    const lines = (rest + text).split("\n");
    rest = isLast ? "" : lines.pop()!;
    if ([rest, ...lines].some(({ length }) => length > maxLineLength)) {
      throw new ProtocolError("too_large", `line expected at most ${maxLineLength} characters`);
    }
    return lines.filter((line) => line.trim() !== "").map(decodeNdjson);
  };
  return {
    push: (chunk) => take(decodeText(decoder, chunk), false),
    end: () => take(decodeText(decoder), true),
  };
}

function decodeText(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new ProtocolError("damaged", "line expected UTF-8", { cause });
  }
}
