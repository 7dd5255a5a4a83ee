/**
 * A row from a `.npy` file: little-endian f4, f8 or f2, C order; of a matrix the last row, the next token's.
 * Format: NEP 1, versions 1.0 to 3.0.
 */
import type { Row } from "./row.ts";

const magic = "\u0093NUMPY";
const longestRow = 2 ** 20;

/** @throws TypeError for what is no such file, RangeError for a shape or values that are no row. */
export function npyRow(bytes: ArrayBuffer): Row {
  const view = new DataView(bytes);
  const start = bytes.byteLength < 12 ? "" : latin1(new Uint8Array(bytes, 0, 6));
  if (start !== magic) throw new TypeError("the file expected to start with \\x93NUMPY, it is no .npy file");
  const isFirstVersion = view.getUint8(6) === 1;
  const headerStart = isFirstVersion ? 10 : 12;
  const headerBytes = isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = headerStart + headerBytes;
  if (dataStart > bytes.byteLength) throw new TypeError("the file ends inside its header");
  const header = latin1(new Uint8Array(bytes, headerStart, headerBytes));
  const type = /'descr'\s*:\s*'([^']+)'/.exec(header)?.[1];
  if (type !== "<f4" && type !== "<f8" && type !== "<f2") {
    throw new TypeError(`"descr" expected '<f4', '<f8' or '<f2', got ${type ?? "nothing"}`);
  }
  if (/'fortran_order'\s*:\s*True/.test(header)) throw new TypeError('"fortran_order" expected False, got True');
  const shape = (/'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").flatMap((part) => {
    const text = part.trim();
    return text === "" ? [] : [Number(text)];
  });
  const length = shape.at(-1) ?? 0;
  const rows = shape.slice(0, -1).reduce((product, n) => product * n, 1);
  if (!(length >= 1 && length <= longestRow) || !(rows >= 1)) {
    throw new RangeError(`"shape" expected rows of 1 to ${longestRow} logits, got (${shape.join(", ")})`);
  }
  const elementBytes = Number(type[2]);
  const rowStart = dataStart + (rows - 1) * length * elementBytes;
  if (rowStart + length * elementBytes > bytes.byteLength) throw new TypeError("the file ends inside its data");
  const read = readers[type];
  const logits = Float32Array.from({ length }, (_, i) => read(view, rowStart + i * elementBytes));
  const bad = logits.findIndex((x) => Number.isNaN(x) || x === Infinity);
  if (bad >= 0) throw new RangeError(`logits[${bad}] expected a number below Infinity, got ${logits[bad]}`);
  if (logits.every((x) => x === -Infinity)) throw new RangeError("logits expected at least one finite logit");
  return { logits, tokenText: (tokenId) => `#${tokenId}`, promptTokenIds: [] };
}

const readers: Readonly<Record<"<f4" | "<f8" | "<f2", (view: DataView, offset: number) => number>> = {
  "<f4": (view, offset) => view.getFloat32(offset, true),
  "<f8": (view, offset) => view.getFloat64(offset, true),
  "<f2": (view, offset) => half(view.getUint16(offset, true)),
};

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
