/** Identity of each row's draw: sequence id, position and history, by default position i of sequence 0. */
import { createReadStream } from "node:fs";
import { refuse, refuseUnknown } from "@tokenmill/check";
import { messageOf, UsageError } from "@tokenmill/cli";
import { type Line, readLines } from "../cli/lines.ts";

export interface RowId {
  readonly sequenceId: bigint;
  /** Of draw 0; absent: the row's number. */
  readonly position: number | undefined;
  readonly history: readonly number[];
  readonly promptLength: number;
}

export const noId: RowId = { sequenceId: 0n, position: undefined, history: [], promptLength: 0 };

const fields = ["sequenceId", "position", "history", "promptLength"] as const;

/** The ids of a file, one object a line, empty lines skipped. @throws UsageError naming the line, or if they are not `rowCount`. */
export async function readRowIds(path: string, rowCount: number, vocabSize: number): Promise<RowId[]> {
  const ids: RowId[] = [];
  let number = 0;
  for await (const line of readLines(createReadStream(path))) {
    const id = parseLine(line, ++number, vocabSize);
    if (id) ids.push(id);
  }
  if (ids.length !== rowCount)
    throw new UsageError(`"ids" expected ${rowCount} lines, one for each row, got ${ids.length}`);
  return ids;
}

/** Undefined for an empty line. */
function parseLine(line: Line, number: number, vocabSize: number): RowId | undefined {
  try {
    const text = line.text();
    return text.trim() === "" ? undefined : rowIdOf(JSON.parse(text), vocabSize);
  } catch (cause) {
    throw new UsageError(`"ids" line ${number}: ${messageOf(cause)}`, { cause });
  }
}

function rowIdOf(value: unknown, vocabSize: number): RowId {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse("line", "an object", value, true);
  refuseUnknown(Object.keys(value), fields, "field");
  const { sequenceId = 0, position, history = [], promptLength = 0 } = value as Record<string, unknown>;
  if (!Array.isArray(history)) refuse("history", "an array of token ids", history, true);
  history.forEach((id, i) => {
    if (!isInteger(id, 0, vocabSize - 1)) refuse(`history[${i}]`, `token id in [0, ${vocabSize})`, id, false);
  });
  if (position !== undefined && !isInteger(position, 0, 2 ** 31 - 1)) {
    refuse("position", "integer in [0, 2^31)", position, typeof position !== "number");
  }
  if (!isInteger(promptLength, 0, history.length)) {
    refuse("promptLength", `integer in [0, ${history.length}]`, promptLength, typeof promptLength !== "number");
  }
  return { sequenceId: sequenceIdOf(sequenceId), position, history, promptLength };
}

/** A safe integer, or a decimal string for the whole of 64 bits. */
function sequenceIdOf(value: unknown): bigint {
  if (isInteger(value, 0, Number.MAX_SAFE_INTEGER)) return BigInt(value);
  if (typeof value === "string" && /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n) return BigInt(value);
  return refuse("sequenceId", "safe integer ≥ 0 or decimal string below 2^64", value, typeof value !== "number");
}

function isInteger(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
