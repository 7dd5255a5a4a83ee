/** The record of a sparse row: a mark, how many tokens, what all others weigh, ids, logits. Its one writer. */
import { checkInteger, checkList, checkOptions, checkTokenIds, refuse } from "@tokenmill/check";
import type { SparseRow } from "@tokenmill/contracts";
import { SPARSE_COUNT, SPARSE_IDS, SPARSE_MARK, SPARSE_REST } from "../layout.ts";
import type { RecordViews } from "./views.ts";

/** Bytes of an id and its logit. */
const TOKEN_BYTES = 8;
const known: readonly (keyof SparseRow)[] = ["tokenIds", "logits", "restLogSumExp", "vocabSize"];

/** Most tokens that a sparse row lists where a row of that many bytes would stand. */
export function sparseCapacity(rowBytes: number): number {
  return Math.max(0, Math.floor((rowBytes - SPARSE_IDS) / TOKEN_BYTES));
}

export function isSparseRow(row: ArrayLike<number> | SparseRow): row is SparseRow {
  return typeof row === "object" && row !== null && !ArrayBuffer.isView(row) && "tokenIds" in row;
}

/**
 * What it says of its tokens is checked by the kernels.
 * @param target where a row would stand
 * @throws TypeError, RangeError naming the field
 */
export function checkSparseRow(name: string, row: SparseRow, target: Float32Array | Uint16Array): void {
  const vocabSize = target.length;
  const capacity = sparseCapacity(target.byteLength);
  checkOptions(name, row, known, "field of a sparse row");
  const { tokenIds, logits, restLogSumExp } = row;
  checkTokenIds(`${name}.tokenIds`, tokenIds, vocabSize);
  if (tokenIds.length > capacity) {
    refuse(`${name}.tokenIds`, `at most ${capacity} tokens: send the whole row`, tokenIds.length, false);
  }
  checkList(`${name}.logits`, logits, tokenIds.length, "one for each of tokenIds");
  if (typeof restLogSumExp !== "number") refuse(`${name}.restLogSumExp`, "number", restLogSumExp, true);
  if (!(restLogSumExp < Infinity)) refuse(`${name}.restLogSumExp`, "number below Infinity", restLogSumExp, false);
  if (row.vocabSize !== undefined) {
    checkInteger(`${name}.vocabSize`, row.vocabSize, { min: vocabSize, max: vocabSize });
  }
}

/**
 * Writes a sparse row where a row is to be written: a source does so into the row that it was given, the user of a pool into a slot's.
 * @param target `vocabSize` elements at a multiple of 8 bytes; they bound how many tokens may be listed: 8 bytes for each, and 16
 * @throws TypeError, RangeError naming the field
 */
export function writeSparseRow(target: Float32Array | Uint16Array, row: SparseRow): void {
  if (!(target instanceof Float32Array || target instanceof Uint16Array))
    refuse("target", "Float32Array or Uint16Array", target, true);
  const { buffer, byteOffset, byteLength } = target;
  if (byteOffset % 8 !== 0) refuse("target", "row at a multiple of 8 bytes", byteOffset, false);
  checkSparseRow("row", row, target);
  const i32 = new Int32Array(buffer, byteOffset, byteLength >>> 2);
  const f32 = new Float32Array(buffer, byteOffset, byteLength >>> 2);
  const f64 = new Float64Array(buffer, byteOffset, byteLength >>> 3);
  writeSparse({ i32, f32, f64 }, 0, row);
}

/** Bytes of a sparse row behind its mark and count. */
export function sparseBodyBytes(count: number): number {
  return SPARSE_IDS - SPARSE_REST + count * TOKEN_BYTES;
}

/** What a sparse row lists, in the memory of a row: views. Undefined: a whole row stands there. */
export function listedIn(row: Float32Array | Uint16Array): { tokenIds: Int32Array; logits: Float32Array } | undefined {
  const { buffer, byteOffset, byteLength } = row;
  if (byteLength < SPARSE_IDS) return undefined;
  const [mark, count] = new Int32Array(buffer, byteOffset, 2) as unknown as [number, number];
  if (mark !== SPARSE_MARK) return undefined;
  const listed = Math.min(count >>> 0, sparseCapacity(byteLength)); // the kernels refuse other counts
  const ids = byteOffset + SPARSE_IDS;
  return { tokenIds: new Int32Array(buffer, ids, listed), logits: new Float32Array(buffer, ids + 4 * listed, listed) };
}

/** Begins a sparse row that comes as bytes: those of its rest (f64), ids (i32) and logits (f32), little-endian, belong into what is returned. */
export function beginSparseRow({ buffer, byteOffset }: Float32Array | Uint16Array, count: number): Uint8Array {
  new Int32Array(buffer, byteOffset, 2).set([SPARSE_MARK, count]);
  return new Uint8Array(buffer, byteOffset + SPARSE_REST, sparseBodyBytes(count));
}

/** @param at byte offset of the record */
export function writeSparse({ i32, f32, f64 }: Omit<RecordViews, "u64">, at: number, row: SparseRow): void {
  const { tokenIds, logits, restLogSumExp } = row;
  const ids = (at + SPARSE_IDS) >>> 2;
  i32[at >>> 2] = SPARSE_MARK;
  i32[(at + SPARSE_COUNT) >>> 2] = tokenIds.length;
  f64[(at + SPARSE_REST) >>> 3] = restLogSumExp;
  i32.set(tokenIds, ids);
  f32.set(logits, ids + tokenIds.length);
}
