/** Strings as a regular expression over their text. */
import { and, anything, none, not, or } from "../json/texts.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { ofType, type TypeAlgebra } from "./fold.ts";
import type { Origin } from "./leaves.ts";

/** @param isSurelyEmpty of what the texts stand for @param onPartial told where partial texts stand */
export function textAlgebra(
  isSurelyEmpty: (texts: TextRegex) => boolean,
  onPartial: (origin: Origin) => void,
): TypeAlgebra<TextRegex> {
  return ofType("string", {
    true: anything,
    false: none,
    all: (parts) => and(...parts),
    any: (parts) => or(...parts),
    leaf: (leaf, isTrue) => {
      if (leaf.type !== "string") throw new TypeError("expected a leaf of strings");
      if (leaf.origin) onPartial(leaf.origin);
      return isTrue ? leaf.texts : not(leaf.texts);
    },
    areDisjoint: (a, b) => isSurelyEmpty(and(a, b)),
  });
}
