/** Sets of property names that a keyword is about. */
import type { TextRegex } from "../regex/textRegex.ts";

export interface KeySet {
  /** The keys that are in it: those of none of the expressions and names if `isOthers`, else those of the expressions. */
  readonly isOthers: boolean;
  readonly names: ReadonlySet<string>;
  readonly texts: readonly TextRegex[];
}

/** Keys that a regular expression matches. */
export function keysOf(texts: TextRegex): KeySet {
  return { isOthers: false, names: new Set(), texts: [texts] };
}

/** Keys that are neither among the names nor matched. */
export function otherKeys(names: Iterable<string>, texts: readonly TextRegex[]): KeySet {
  return { isOthers: true, names: new Set(names), texts };
}
