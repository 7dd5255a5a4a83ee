/** Counts of repetitions: `{m}`, `{m,}`, `{,n}`, `{m,n}`. */
import { limits } from "./limits.ts";
import type { GrammarReader } from "./reader.ts";

export interface Repetition {
  readonly min: number;
  /** May be Infinity. */
  readonly max: number;
}

/** The signs that every notation has. */
export const signs: Readonly<Record<string, Repetition>> = {
  "*": { min: 0, max: Number.POSITIVE_INFINITY },
  "+": { min: 1, max: Number.POSITIVE_INFINITY },
  "?": { min: 0, max: 1 },
};

/** The reader stands before the brace. */
export function readBraces(reader: GrammarReader): Repetition {
  const start = reader.at;
  reader.expect("{");
  blank(reader);
  const min = reader.startsWith(",") ? 0 : readCount(reader);
  blank(reader);
  if (reader.skip("}")) return { min, max: min };
  reader.expect(",");
  blank(reader);
  const max = reader.startsWith("}") ? Number.POSITIVE_INFINITY : readCount(reader);
  blank(reader);
  reader.expect("}");
  return checkOrder(reader, { min, max }, start);
}

/** A count, at most as large as limits allow. */
export function readCount(reader: GrammarReader): number {
  const at = reader.at;
  const digits = reader.match(/[0-9]+/y) ?? reader.refuse("a count");
  const count = Number(digits);
  if (count > limits.repetition) reader.refuse(`a count of at most ${limits.repetition}`, digits.slice(0, 20), at);
  return count;
}

export function checkOrder(reader: GrammarReader, repetition: Repetition, at: number): Repetition {
  const { min, max } = repetition;
  if (max < min) reader.refuse("a largest count that is no less than the least", `${min} and ${max}`, at);
  return repetition;
}

function blank(reader: GrammarReader): void {
  reader.match(/[ \t]*/y);
}
