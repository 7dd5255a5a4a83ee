/** Whether a graph keeps keys and values in shared buffers: its file is looked through for GroupQueryAttention, weights left out. */
import { type FileHandle, open } from "node:fs/promises";

/** Fields of onnx.proto. */
const graphField = 7;
const nodeField = 1;
const lengthDelimited = 2;
const wantedType = Buffer.from("GroupQueryAttention");
const headerBytes = 20;

export async function usesGroupQuery(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for await (const graph of fieldsOf(file, 0, size, graphField)) {
      for await (const node of fieldsOf(file, graph.start, graph.end, nodeField)) {
        const { buffer } = await file.read(Buffer.alloc(node.end - node.start), 0, node.end - node.start, node.start);
        if (buffer.includes(wantedType)) return true;
      }
    }
    return false;
  } finally {
    await file.close();
  }
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** The places of a message's fields of that number; others are stepped over. Ends where the bytes are no protobuf. */
async function* fieldsOf(file: FileHandle, start: number, end: number, wanted: number): AsyncGenerator<Extent> {
  const header = Buffer.alloc(headerBytes);
  for (let at = start; at < end; ) {
    await file.read(header, 0, headerBytes, at);
    const key = varintAt(header, 0);
    const value = varintAt(header, key.bytes);
    const kind = key.value & 7;
    at += key.bytes;
    if (kind === 0) at += value.bytes;
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === lengthDelimited) {
      at += value.bytes;
      if (key.value >>> 3 === wanted) yield { start: at, end: at + value.value };
      at += value.value;
    } else return;
  }
}

function varintAt(bytes: Buffer, from: number): { value: number; bytes: number } {
  let value = 0;
  for (let i = 0, scale = 1; i < 10; i++, scale *= 128) {
    const byte = bytes[from + i] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, bytes: i + 1 };
  }
  return { value, bytes: 10 };
}
