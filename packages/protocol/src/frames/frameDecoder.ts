/** Events out of frames (`layout.ts`) that come in chunks of any size. Holds at most one frame. */
import { checkInteger, checkOptions, show } from "@tokenmill/check";
import { ProtocolError } from "../errors.ts";
import { checkChunk } from "../lines/lineSplitter.ts";
import { decodeEvent } from "../json/decodeEvent.ts";
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

export interface FrameDecoderOptions {
  /** Largest payload in bytes, 0 … 2^32 − 1. Absent: 16 MiB. */
  maxFrameBytes?: number;
}

export interface FrameDecoder {
  /** Events that are whole with this chunk. @throws ProtocolError; the decoder is of no use then. */
  push(chunk: Uint8Array): WireEvent[];
  /** Says that no chunk follows. @throws ProtocolError `truncated` inside a frame. */
  end(): void;
}

const known = ["maxFrameBytes"] as const satisfies (keyof FrameDecoderOptions)[];

/** @throws TypeError, RangeError for bad options */
export function createFrameDecoder(options: FrameDecoderOptions = {}): FrameDecoder {
  checkOptions("options", options, known, "frame decoder option");
  const { maxFrameBytes = 2 ** 24 } = options;
  checkInteger("maxFrameBytes", maxFrameBytes, { min: 0, max: 2 ** 32 - 1 });
  const codec = createMsgpackCodec();
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  /** Bytes that the current frame needs, as far as known. */
  let neededBytes = frameHeaderBytes;
  /** Offset of that frame in the stream. */
  let startBytes = 0;

  /** Checks what is there of the header at `offset`, so that a foreign stream is refused at its first byte. */
  const checkHeader = (bytes: Uint8Array, offset: number): number => {
    const available = Math.min(bytes.length - offset, frameHeaderBytes);
    if (available > 0 && bytes[offset] !== frameMagic) {
      const got = `0x${bytes[offset]!.toString(16).padStart(2, "0")}`;
      throw new ProtocolError("foreign", `byte ${startBytes}: a frame expected to begin with 0xc1, got ${got}`);
    }
    if (available > 1 && bytes[offset + 1] !== frameVersion) {
      throw new ProtocolError(
        "foreign",
        `byte ${startBytes}: frame version expected ${frameVersion}, got ${bytes[offset + 1]}`,
      );
    }
    if (available < frameHeaderBytes) return frameHeaderBytes;
    const payloadBytes = new DataView(bytes.buffer, bytes.byteOffset + offset).getUint32(2);
    if (payloadBytes > maxFrameBytes) {
      throw new ProtocolError(
        "too_large",
        `byte ${startBytes}: a frame expected at most ${maxFrameBytes} bytes, got ${payloadBytes}`,
      );
    }
    return frameHeaderBytes + payloadBytes;
  };

  const decode = (payload: Uint8Array): WireEvent => {
    try {
      return eventOf(codec.decode(payload));
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      // The frame is whole by its own length: what is missing inside it is damage.
      const code = cause.code === "truncated" ? "damaged" : cause.code;
      throw new ProtocolError(code, `frame at byte ${startBytes}: ${cause.message}`, { cause });
    }
  };

  return {
    push(chunk) {
      checkChunk(chunk);
      pendingBytes += chunk.length;
      const events: WireEvent[] = [];
      // Small pieces of a large frame are joined once, when the header or the whole frame is there.
      if (pendingBytes < neededBytes && pendingBytes > 2) {
        pending.push(chunk.slice()); // the chunk may be the reader's buffer, to be filled again
        return events;
      }
      const bytes = pending.length === 0 ? chunk : concat([...pending, chunk], pendingBytes);
      let offset = 0;
      while (true) {
        neededBytes = checkHeader(bytes, offset);
        if (bytes.length - offset < neededBytes) break;
        events.push(decode(bytes.subarray(offset + frameHeaderBytes, offset + neededBytes)));
        offset += neededBytes;
        startBytes += neededBytes;
      }
      pending = offset < bytes.length ? [bytes.slice(offset)] : [];
      pendingBytes = bytes.length - offset;
      return events;
    },
    end() {
      if (pendingBytes === 0) return;
      throw new ProtocolError(
        "truncated",
        `the stream ends ${pendingBytes} bytes into the frame at byte ${startBytes}`,
      );
    },
  };
}

function eventOf(record: unknown): WireEvent {
  if (!Array.isArray(record)) throw new ProtocolError("invalid", `frame expected an array, got ${show(record)}`);
  const [kind, ...values] = record as unknown[];
  if (kind !== kindToken && kind !== kindError) {
    throw new ProtocolError("invalid", `frame expected kind 0 (token) or 1 (error), got ${show(kind)}`);
  }
  const names: readonly string[] = kind === kindToken ? tokenFields : errorFields;
  if (values.length > names.length + 1) {
    throw new ProtocolError("invalid", `frame expected at most ${names.length + 1} fields, got ${values.length}`);
  }
  const event: Record<string, unknown> = {};
  names.forEach((name, i) => {
    if (values[i] !== undefined && values[i] !== null) event[name] = values[i];
  });
  const others = values[names.length];
  return decodeEvent(typeof others === "object" && others !== null ? { ...others, ...event } : event);
}

function concat(chunks: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const joined = new Uint8Array(totalBytes);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}
