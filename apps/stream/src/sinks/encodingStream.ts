/** Events to their encoding as a Node stream: `pipeline(engine.readable(request), encodingStream("ndjson"), file)`. */
import { Transform } from "node:stream";
import { errorOf } from "@tokenmill/check";
import type { WireEvent } from "@tokenmill/protocol";
import { createEncoder, type WireFormat } from "./encoder.ts";

/** Takes event objects, gives bytes; a slow reader pauses the sequence. @throws TypeError for an unknown format. */
export function encodingStream(format: WireFormat): Transform {
  const encode = createEncoder(format);
  return new Transform({
    writableObjectMode: true,
    writableHighWaterMark: 1,
    transform(event: WireEvent, _encoding, done) {
      let encoded: ReturnType<typeof encode>;
      try {
        encoded = encode(event);
      } catch (error) {
        done(errorOf(error)); // thrown here it would be the process's
        return;
      }
      done(null, encoded);
    },
  });
}
