/**
 * Walks a MessagePack value before it is decoded: one value, all of it there, not too deep. Without it five bytes that
 * promise an array of 2^25 elements make a decoder allocate 256 MB. Format: github.com/msgpack/msgpack/blob/master/spec.md
 */
import { ProtocolError } from "../errors.ts";

const deepest = 32;

/** @throws ProtocolError `truncated`, `damaged` */
export function checkMsgpack(bytes: Uint8Array): void {
  const end = skip(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, 0);
  if (end < bytes.length)
    throw new ProtocolError("damaged", `MessagePack value expected to end at ${end} of ${bytes.length} bytes`);
}

/** Offset behind the value at `offset`. */
function skip(view: DataView, offset: number, depth: number): number {
  need(view, offset, 1);
  const type = view.getUint8(offset);
  const next = offset + 1;
  if (type <= 0x7f || type >= 0xe0) return next;
  if (type <= 0x8f) return skipMany(view, next, 2 * (type & 0x0f), depth);
  if (type <= 0x9f) return skipMany(view, next, type & 0x0f, depth);
  if (type <= 0xbf) return skipBytes(view, next, type & 0x1f);
  switch (type) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return next;
    case 0xc4: // bin 8
    case 0xd9: // str 8
      return skipBytes(view, next + 1, length(view, next, 1));
    case 0xc5: // bin 16
    case 0xda: // str 16
      return skipBytes(view, next + 2, length(view, next, 2));
    case 0xc6: // bin 32
    case 0xdb: // str 32
      return skipBytes(view, next + 4, length(view, next, 4));
    case 0xcc: // uint 8
    case 0xd0: // int 8
      return skipBytes(view, next, 1);
    case 0xcd: // uint 16
    case 0xd1: // int 16
      return skipBytes(view, next, 2);
    case 0xca: // float 32
    case 0xce: // uint 32
    case 0xd2: // int 32
      return skipBytes(view, next, 4);
    case 0xcb: // float 64
    case 0xcf: // uint 64
    case 0xd3: // int 64
      return skipBytes(view, next, 8);
    case 0xdc: // array 16
      return skipMany(view, next + 2, length(view, next, 2), depth);
    case 0xdd: // array 32
      return skipMany(view, next + 4, length(view, next, 4), depth);
    case 0xde: // map 16
      return skipMany(view, next + 2, 2 * length(view, next, 2), depth);
    case 0xdf: // map 32
      return skipMany(view, next + 4, 2 * length(view, next, 4), depth);
    default:
      throw new ProtocolError("damaged", `MessagePack type 0x${type.toString(16)} at byte ${offset} has no use here`);
  }
}

function skipMany(view: DataView, start: number, count: number, depth: number): number {
  if (depth >= deepest) throw new ProtocolError("damaged", `MessagePack expected at most ${deepest} levels`);
  // Each element has a byte at least: a false promise is refused before anything is read.
  need(view, start, count);
  let offset = start;
  for (let i = 0; i < count; i++) offset = skip(view, offset, depth + 1);
  return offset;
}

function skipBytes(view: DataView, offset: number, count: number): number {
  need(view, offset, count);
  return offset + count;
}

function length(view: DataView, offset: number, size: 1 | 2 | 4): number {
  need(view, offset, size);
  return size === 1 ? view.getUint8(offset) : size === 2 ? view.getUint16(offset) : view.getUint32(offset);
}

function need(view: DataView, offset: number, count: number): void {
  if (offset + count <= view.byteLength) return;
  throw new ProtocolError("truncated", `MessagePack needs ${offset + count} bytes or more, got ${view.byteLength}`);
}
