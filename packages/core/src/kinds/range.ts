/** Ranges of numbers as data: their words, their predicate and, elsewhere, their JSON Schema come from one value. */

/** Which ends belong to a range, as intervals are written. */
export type RangeEnds = "[]" | "(]" | "[)" | "()";

export interface NumberRange {
  readonly type: "number" | "integer";
  readonly least: number;
  /** Infinity: every finite number from `least` on. */
  readonly most: number;
  readonly ends: RangeEnds;
  /** A value outside that is in range too: one that means "off". */
  readonly or?: number;
}

export function numberRange(least: number, most: number, ends: RangeEnds = "[]", or?: number): NumberRange {
  return { type: "number", least, most, ends, ...(or !== undefined && { or }) };
}

export function integerRange(least: number, most: number): NumberRange {
  return { type: "integer", least, most, ends: "[]" };
}

/** `number in (0, 1]`, as messages and docs give it. */
export function rangeText({ type, least, most, ends, or }: NumberRange): string {
  const isOpen = ends.startsWith("(");
  if (most === Infinity) return `${type} ${isOpen ? ">" : "≥"} ${least}, finite`;
  return `${type} in ${ends[0]}${least}, ${most}${ends[1]}${or === undefined ? "" : `, or ${or}`}`;
}

export function isInRange({ type, least, most, ends, or }: NumberRange, x: number): boolean {
  if (or !== undefined && x === or) return true;
  if (!(type === "integer" ? Number.isInteger(x) : Number.isFinite(x))) return false;
  return (ends.startsWith("(") ? x > least : x >= least) && (ends.endsWith(")") ? x < most : x <= most);
}
