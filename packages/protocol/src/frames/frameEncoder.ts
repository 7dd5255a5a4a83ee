/** Events as frames (`layout.ts`). */
import { checkRecord } from "../json/checkRecord.ts";
import { createMsgpackCodec } from "../msgpack/msgpackCodec.ts";
import type { WireEvent } from "../wireEvent.ts";
import {
  errorFields,
  frameHeaderBytes,
  frameMagic,
  frameVersion,
  kindError,
  kindToken,
  tokenFields,
} from "./layout.ts";

export interface FrameEncoder {
  /** A whole frame, in bytes of its own. */
  encode(event: WireEvent): Uint8Array;
}

export function createFrameEncoder(): FrameEncoder {
  const codec = createMsgpackCodec();
  return {
    encode(event) {
      checkRecord("event", event);
      const payload = codec.encode(recordOf(event));
      const frame = new Uint8Array(frameHeaderBytes + payload.length);
      frame[0] = frameMagic;
      frame[1] = frameVersion;
      new DataView(frame.buffer).setUint32(2, payload.length);
      frame.set(payload, frameHeaderBytes);
      return frame;
    },
  };
}

function recordOf(event: WireEvent): unknown[] {
  const isError = event.finishReason === "error";
  const fields: readonly string[] = isError ? errorFields : tokenFields;
  const values = event as unknown as Record<string, unknown>;
  const record: unknown[] = [isError ? kindError : kindToken];
  for (const name of fields) record.push(values[name] ?? null);
  let others: Record<string, unknown> | undefined;
  for (const name in values) {
    if (values[name] !== undefined && !fields.includes(name)) (others ??= {})[name] = values[name];
  }
  if (others) record.push(others);
  else while (record.at(-1) === null) record.pop();
  return record;
}
