/** Which properties, or items, of a value some schemas have looked at: what `unevaluated…` leaves out. */
import type { TextRegex } from "../regex/textRegex.ts";
import type { Formula, Formulas } from "./formula.ts";
import { otherKeys } from "./keySets.ts";
import type { Leaf } from "./leaves.ts";

export type Parts = "properties" | "items";

export interface Seen {
  readonly isAll: boolean;
  readonly names: ReadonlySet<string>;
  readonly patterns: ReadonlySet<TextRegex>;
  /** So many of the first items. */
  readonly items: number;
  /** Items that satisfy one of these. */
  readonly contained: ReadonlySet<Formula>;
}

export const nothingSeen: Seen = {
  isAll: false,
  names: new Set(),
  patterns: new Set(),
  items: 0,
  contained: new Set(),
};
export const allSeen: Seen = { ...nothingSeen, isAll: true };

export function unite(a: Seen, b: Seen): Seen {
  if (a.isAll || b.isAll) return allSeen;
  if (a === nothingSeen) return b;
  if (b === nothingSeen) return a;
  return {
    isAll: false,
    names: new Set([...a.names, ...b.names]),
    patterns: new Set([...a.patterns, ...b.patterns]),
    items: Math.max(a.items, b.items),
    contained: new Set([...a.contained, ...b.contained]),
  };
}

/** The same for equal ones. */
export function seenKey(
  { isAll, names, patterns, items, contained }: Seen,
  numberOf: (texts: TextRegex) => number,
): string {
  if (isAll) return "all";
  const parts = [[...names].sort(), Array.from(patterns, numberOf).sort((a, b) => a - b), items];
  return JSON.stringify([...parts, Array.from(contained, ({ id }) => id).sort((a, b) => a - b)]);
}

/** All others satisfy the formula. */
export function unseenLeaf(formulas: Formulas, parts: Parts, { isAll, ...seen }: Seen, value: Formula): Formula {
  if (isAll) return formulas.true;
  const leaf: Leaf =
    parts === "properties"
      ? { type: "object", is: "each", keys: otherKeys(seen.names, [...seen.patterns]), value }
      : { type: "array", is: "rest", from: seen.items, value: formulas.or([value, ...seen.contained]) };
  return formulas.leaf(leaf);
}
