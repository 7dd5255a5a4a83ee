/** Identity of each row's draw: sequence id, position and history, by default position i of sequence 0. */
import { createReadStream } from "node:fs";
import { checkInteger, checkTokenIds, refuse, refuseUnknown } from "@tokenmill/check";
import { checkInputFile, messageOf, UsageError } from "@tokenmill/cli";
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
  await checkInputFile(path);
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
  checkTokenIds("history", history, vocabSize);
  return {
    sequenceId: sequenceIdOf(sequenceId),
    position: position === undefined ? undefined : checkInteger("position", position, { min: 0, max: 2 ** 31 - 1 }),
    history,
    promptLength: checkInteger("promptLength", promptLength, { min: 0, max: history.length }),
  };
}

/** A safe integer, or a decimal string for the whole of 64 bits. */
function sequenceIdOf(value: unknown): bigint {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return BigInt(value as number);
  if (typeof value === "string" && /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n) return BigInt(value);
  return refuse("sequenceId", "safe integer ≥ 0 or decimal string below 2^64", value, typeof value !== "number");
}
