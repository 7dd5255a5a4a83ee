/**
 * The header of a body with rows: 4 bytes little-endian with its length, MessagePack, then the rows one after the other,
 * `vocabSize` little-endian elements each, or of a sparse row the weight of the rest, f64, `listed` ids, i32, and their logits, f32.
 */
import { dtypeBytes, type RowDtype } from "@tokenmill/core";
import { sparseCapacity } from "@tokenmill/core/internal";
import { checkInteger, checkName, refuse, refuseUnknown } from "@tokenmill/check";
import { isRecord, type RawBody } from "../bodies/bodyFields.ts";
import type { RowSessionParams } from "@tokenmill/row-service";

/** One row of the body. */
interface SampleRow {
  readonly sequenceId: number | bigint;
  /** Index of the token that the row gives; a mismatch is refused, the one before gives the last answer again. */
  readonly position: number | undefined;
  readonly open: RowSessionParams | undefined;
  /** Tokens of a sparse row; undefined: the row is whole. */
  readonly listed: number | undefined;
}

export interface SampleHeader {
  readonly dtype: RowDtype;
  readonly rows: readonly SampleRow[];
  /** Sequences to forget, before rows are taken. */
  readonly close: readonly (number | bigint)[];
  /** Comes back in the answer. */
  readonly id: string | number | undefined;
}

const rowDtypes: readonly RowDtype[] = ["f32", "f16", "bf16"];
const mostRows = 65_536;
/** A sequence has at most 2^24 tokens. */
const positions = { min: 0, max: 2 ** 24 - 1 };

/** @throws TypeError, RangeError naming the field. */
export function checkSampleHeader(value: unknown, vocabSize: number): SampleHeader {
  const header = objectOf("header", value);
  refuseUnknown(Object.keys(header), ["dtype", "vocabSize", "rows", "close", "id"], "header field");
  const { dtype = "f32", rows = [], close = [], id } = header;
  if (header["vocabSize"] !== undefined && header["vocabSize"] !== vocabSize) {
    refuse("vocabSize", `${vocabSize}, as the server has`, header["vocabSize"], false);
  }
  if (!Array.isArray(rows)) refuse("rows", "array", rows, true);
  if (rows.length > mostRows) refuse("rows", `at most ${mostRows} rows`, rows.length, false);
  if (!Array.isArray(close)) refuse("close", "array of sequence ids", close, true);
  if (id !== undefined && typeof id !== "string" && typeof id !== "number") {
    refuse("id", "string or number", id, true);
  }
  checkName("dtype", dtype, rowDtypes);
  const mostListed = sparseCapacity(vocabSize * dtypeBytes[dtype as RowDtype]);
  return {
    dtype: dtype as RowDtype,
    rows: rows.map((row, i) => rowOf(`rows[${i}]`, row, mostListed)),
    close: close.map((sequenceId, i) => idOf(`close[${i}]`, sequenceId)),
    id,
  };
}

function rowOf(name: string, value: unknown, mostListed: number): SampleRow {
  const row = objectOf(name, value);
  refuseUnknown(Object.keys(row), ["sequenceId", "position", "open", "listed"], `field of ${name}`);
  const { position, open, listed } = row;
  return {
    sequenceId: idOf(`${name}.sequenceId`, row["sequenceId"]),
    position: position === undefined ? undefined : checkInteger(`${name}.position`, position, positions),
    open: open === undefined ? undefined : objectOf(`${name}.open`, open),
    listed: listed === undefined ? undefined : checkInteger(`${name}.listed`, listed, { min: 0, max: mostListed }),
  };
}

function idOf(name: string, value: unknown): number | bigint {
  if (typeof value === "bigint" && value >= 0n && value < 1n << 64n) {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(name, "integer in [0, 2^64)", value, typeof value !== "number" && typeof value !== "bigint");
}

function objectOf(name: string, value: unknown): RawBody {
  return isRecord(value) ? value : refuse(name, "an object", value, true);
}
