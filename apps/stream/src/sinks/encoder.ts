/** The encodings of events on the wire. */
import { createFrameEncoder, encodeNdjson, encodeSseEvent, type WireEvent } from "@tokenmill/protocol";

export const wireFormats: readonly ["ndjson", "msgpack", "sse"] = ["ndjson", "msgpack", "sse"];
/** A line of JSON, a msgpack frame, or a server-sent event for each event. */
export type WireFormat = (typeof wireFormats)[number];

/** Text for `ndjson` and `sse`, bytes for `msgpack`. */
export type EncodeEvent = (event: WireEvent) => string | Uint8Array;

/** An encoder for one stream. @throws TypeError for an unknown format. */
export function createEncoder(format: WireFormat): EncodeEvent {
  switch (format) {
    case "ndjson":
      return encodeNdjson;
    case "msgpack": {
      const encoder = createFrameEncoder();
      return (event) => encoder.encode(event);
    }
    case "sse":
      return encodeSseEvent;
    default:
      throw new TypeError(`"format" expected ${wireFormats.join(", ")}, got ${String(format satisfies never)}`);
  }
}
