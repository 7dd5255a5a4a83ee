/** `.npy` files of logits: all at once, or a few rows at a time from files of any size. */
import { open, writeFile } from "node:fs/promises";
import { checkName, checkOptions, checkString, refuse } from "@tokenmill/check";
import { dtypeBytes } from "@tokenmill/contracts";
import { longestHeaderBytes, type NpyDtype, NpyError, type NpyHeader, parseNpyHeader } from "./npyHeader.ts";
import { checkShape } from "./shape.ts";

/** An array of logits; f16 as bit patterns. */
export interface NpyArray {
  readonly dtype: NpyDtype;
  /** [V] or [N, V]. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array;
}

/** An open `.npy` file. */
export interface NpyFile {
  readonly dtype: NpyDtype;
  /** [V] or [N, V]. */
  readonly shape: readonly number[];
  /** Number of rows: N, or 1 for shape [V]. */
  readonly rowCount: number;
  /** Elements of a row: V. */
  readonly rowLength: number;
  /** Where the first row begins in the file. */
  readonly dataOffsetBytes: number;
  /**
   * Reads rows `start` … `start + count` into `into`: f32 values, or f16 bit patterns.
   * @throws RangeError outside the file's rows or if `into` is too short; TypeError if it is of the other type;
   * NpyError if the file has become shorter.
   */
  readRows(start: number, count: number, into: Float32Array | Uint16Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a `.npy` file and checks header and size; reads no row yet.
 * @throws NpyError if it cannot be used, or the file system's error.
 */
export async function openNpy(path: string): Promise<NpyFile> {
  checkString("path", path);
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestHeaderBytes), 0, longestHeaderBytes, 0);
    const header = parseNpyHeader(buffer.subarray(0, bytesRead), path);
    const { rowCount, rowLength } = rowsOf(header);
    checkSize(header, (await file.stat()).size, path);
    const rowBytes = rowLength * dtypeBytes[header.dtype];
    return {
      ...header,
      rowCount,
      rowLength,
      async readRows(start, count, into) {
        if (
          !(Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0 && start + count <= rowCount)
        ) {
          throw new RangeError(`"rows" expected a range within [0, ${rowCount}], got [${start}, ${start + count}]`);
        }
        const bytes = bytesOf(into, header.dtype, count * rowLength);
        let done = 0;
        while (done < bytes.length) {
          const at = header.dataOffsetBytes + start * rowBytes + done;
          // One call reads at most 2 GiB.
          const step = await file.read(bytes, done, Math.min(bytes.length - done, 2 ** 30), at);
          if (step.bytesRead === 0) throw truncated(path, at + bytes.length - done, at);
          done += step.bytesRead;
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads a whole `.npy` file. @throws as `openNpy`. */
export async function readNpy(path: string): Promise<NpyArray> {
  const file = await openNpy(path);
  try {
    const { dtype, shape, rowCount, rowLength } = file;
    const data = dtype === "f32" ? new Float32Array(rowCount * rowLength) : new Uint16Array(rowCount * rowLength);
    await file.readRows(0, rowCount, data);
    return { dtype, shape, data };
  } finally {
    await file.close();
  }
}

/** Reads `.npy` content out of memory; the data are a copy. @param name what messages call it. @throws NpyError */
export function parseNpy(bytes: Uint8Array, name = "npy"): NpyArray {
  if (!(bytes instanceof Uint8Array)) refuse("bytes", "Uint8Array", bytes, true);
  checkString("name", name);
  const header = parseNpyHeader(bytes.subarray(0, longestHeaderBytes), name);
  const dataBytes = checkSize(header, bytes.length, name) - header.dataOffsetBytes;
  const { buffer } = Uint8Array.from(bytes.subarray(header.dataOffsetBytes, header.dataOffsetBytes + dataBytes));
  const data = header.dtype === "f32" ? new Float32Array(buffer) : new Uint16Array(buffer);
  return { dtype: header.dtype, shape: header.shape, data };
}

/** Writes a `.npy` file, format version 1. @throws TypeError, RangeError for what is no such array, RangeError if the shape is not that of the data. */
export async function writeNpy(path: string, array: NpyArray): Promise<void> {
  checkString("path", path);
  const { dtype, shape, data } = checkOptions("array", array, ["dtype", "shape", "data"], "field of an array");
  checkName("dtype", dtype, ["f32", "f16"]);
  checkShape(shape);
  const Type = dtype === "f32" ? Float32Array : Uint16Array;
  if (!(data instanceof Type)) refuse("data", `${Type.name} for dtype ${dtype}`, data, true);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (elements !== data.length) throw new RangeError(`"shape" expected ${data.length} elements, got ${elements}`);
  const descr = dtype === "f32" ? "<f4" : "<f2";
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const preamble = Buffer.from("\x93NUMPY\x01\0\0\0", "latin1");
  const text = `${dict.padEnd(Math.ceil((preamble.length + dict.length + 1) / 64) * 64 - preamble.length - 1)}\n`;
  preamble.writeUInt16LE(text.length, 8);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await writeFile(path, Buffer.concat([preamble, Buffer.from(text, "latin1"), bytes]));
}

function rowsOf({ shape }: NpyHeader): { rowCount: number; rowLength: number } {
  return { rowCount: shape.length === 2 ? shape[0]! : 1, rowLength: shape.at(-1)! };
}

/** Where the data end. Bytes behind them are ignored, as NumPy does. */
function checkSize(header: NpyHeader, sizeBytes: number, name: string): number {
  const { rowCount, rowLength } = rowsOf(header);
  const end = header.dataOffsetBytes + rowCount * rowLength * dtypeBytes[header.dtype];
  if (sizeBytes < end) throw truncated(name, end, sizeBytes);
  return end;
}

function truncated(name: string, expectedBytes: number, actualBytes: number): NpyError {
  const message = `"${name}" expected ${expectedBytes} bytes, got ${actualBytes}: the file is truncated`;
  return new NpyError("npy_truncated", message);
}

function bytesOf(into: Float32Array | Uint16Array, dtype: NpyDtype, elements: number): Uint8Array {
  const fits = dtype === "f32" ? into instanceof Float32Array : into instanceof Uint16Array;
  if (!fits) {
    throw new TypeError(
      `"into" expected ${dtype === "f32" ? "Float32Array" : "Uint16Array"}, got ${into.constructor.name}`,
    );
  }
  if (into.length < elements) throw new RangeError(`"into" expected at least ${elements} elements, got ${into.length}`);
  return new Uint8Array(into.buffer, into.byteOffset, elements * dtypeBytes[dtype]);
}
