/** The encodings of events. */
import { createFrameEncoder, encodeNdjson } from "@tokenmill/protocol";
import type { OutputFormat } from "./streamFlags.ts";
import type { EncodeEvent } from "./wireOutput.ts";

export function encoderOf(format: Exclude<OutputFormat, "text">): EncodeEvent {
  switch (format) {
    case "ndjson":
      return encodeNdjson;
    case "msgpack": {
      const encoder = createFrameEncoder();
      return (event) => encoder.encode(event);
    }
    default:
      return format satisfies never;
  }
}
