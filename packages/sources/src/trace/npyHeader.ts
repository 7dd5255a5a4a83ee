/**
 * The header of NumPy's `.npy` format, versions 1 to 3 (numpy.lib.format, NEP 1): magic, version, length, and a Python
 * dict literal with `descr`, `fortran_order` and `shape`. Only what a row of logits can be is accepted: little-endian
 * f32 or f16, C order, one or two dimensions.
 */

/** Why a `.npy` file cannot be used. */
export type NpyErrorCode = "npy_format" | "npy_dtype" | "npy_shape" | "npy_truncated";

export class NpyError extends Error {
  override readonly name = "NpyError";
  readonly code: NpyErrorCode;

  constructor(code: NpyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Element types that are read. */
export type NpyDtype = "f32" | "f16";

export interface NpyHeader {
  readonly dtype: NpyDtype;
  /** [V] or [N, V], every extent at least 1. */
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly dataOffsetBytes: number;
}

/** Longest header that is read; NumPy's own limit for untrusted files is 10,000. */
export const longestHeaderBytes = 65_536;

const magic = "\x93NUMPY";
const dtypes: Readonly<Record<string, NpyDtype>> = { "<f4": "f32", "<f2": "f16" };

/**
 * Reads the header at the beginning of `bytes` (the file, or at least its first `longestHeaderBytes`).
 * @param name what messages call the file.
 * @throws NpyError naming what was expected and what came.
 */
export function parseNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 10 || buffer.toString("latin1", 0, 6) !== magic) {
    const start = buffer.toString("latin1", 0, 6);
    throw new NpyError(
      "npy_format",
      `"${name}" expected a .npy file, got content that begins ${JSON.stringify(start)}`,
    );
  }
  const version = buffer[6]!;
  if (version < 1 || version > 3) {
    throw new NpyError("npy_format", `"${name}" expected .npy format version 1, 2 or 3, got ${version}`);
  }
  const textFrom = version === 1 ? 10 : 12;
  if (buffer.length < textFrom) throw truncatedHeader(name, textFrom, buffer.length);
  const textBytes = version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8);
  const dataOffsetBytes = textFrom + textBytes;
  if (dataOffsetBytes > longestHeaderBytes) {
    throw new NpyError(
      "npy_format",
      `"${name}" expected a header within ${longestHeaderBytes} bytes, got ${dataOffsetBytes}`,
    );
  }
  if (buffer.length < dataOffsetBytes) throw truncatedHeader(name, dataOffsetBytes, buffer.length);
  const text = buffer.toString(version === 3 ? "utf8" : "latin1", textFrom, dataOffsetBytes);
  return { dtype: dtypeOf(text, name), shape: shapeOf(text, name), dataOffsetBytes };
}

function truncatedHeader(name: string, expectedBytes: number, actualBytes: number): NpyError {
  return new NpyError(
    "npy_truncated",
    `"${name}" expected a header of ${expectedBytes} bytes, got ${actualBytes}: the file is truncated`,
  );
}

function dtypeOf(text: string, name: string): NpyDtype {
  const value = /['"]descr['"]\s*:\s*(['"])(.*?)\1/.exec(text)?.[2];
  const dtype = value !== undefined && Object.hasOwn(dtypes, value) ? dtypes[value] : undefined;
  if (dtype !== undefined) return dtype;
  const actual = value ?? /['"]descr['"]\s*:\s*(\S.{0,40})/.exec(text)?.[1] ?? "none";
  const remedy = actual.startsWith(">")
    ? ': it is big-endian, convert it with array.astype("<f4")'
    : ': convert it with array.astype("float32")';
  throw new NpyError(
    "npy_dtype",
    `"${name}" expected dtype float32 (<f4) or float16 (<f2), got ${numpyName(actual)}${remedy}`,
  );
}

function numpyName(descr: string): string {
  const [, kind, size] = /^[<>|=]?([fiub])(\d+)$/.exec(descr) ?? [];
  if (kind === undefined) return descr;
  const family = { f: "float", i: "int", u: "uint", b: "bool" }[kind];
  return `${family}${kind === "b" ? "" : 8 * Number(size)} (${descr})`;
}

function shapeOf(text: string, name: string): readonly number[] {
  const list = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (list === undefined)
    throw new NpyError("npy_format", `"${name}" expected a shape in its header, got ${JSON.stringify(text.trim())}`);
  const shape = (list.match(/\d+/g) ?? []).map(Number);
  const shown = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  if (shape.length < 1 || shape.length > 2 || shape.includes(0)) {
    throw new NpyError(
      "npy_shape",
      `"${name}" expected shape (V,) or (N, V) with at least one row and id, got ${shown}`,
    );
  }
  if (shape.length === 2 && /['"]fortran_order['"]\s*:\s*True/.test(text)) {
    throw new NpyError(
      "npy_shape",
      `"${name}" expected C order, got Fortran order: convert it with numpy.ascontiguousarray(array)`,
    );
  }
  return shape;
}
