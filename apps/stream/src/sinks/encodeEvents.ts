/** Events to their encoding as an rxjs operator: `engine.generate(request).pipe(encodeEvents("sse"))`. */
import type { WireEvent } from "@tokenmill/protocol";
import { defer, map, type OperatorFunction } from "rxjs";
import { createEncoder, type WireFormat } from "./encoder.ts";

/** rxjs has no backpressure: where the reader sets the pace use `encodingStream` or `webStream`. @throws TypeError */
export function encodeEvents(format: WireFormat): OperatorFunction<WireEvent, string | Uint8Array> {
  createEncoder(format);
  return (events) => defer(() => events.pipe(map(createEncoder(format))));
}
