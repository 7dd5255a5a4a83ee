/** Strings as a regular expression over their text. */
import { and, anything, none, not, or } from "../json/texts.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { ofType, type TypeAlgebra } from "./fold.ts";

export function textAlgebra(isEmpty: (texts: TextRegex) => boolean): TypeAlgebra<TextRegex> {
  return ofType("string", {
    true: anything,
    false: none,
    all: (parts) => and(...parts),
    any: (parts) => or(...parts),
    leaf: (leaf, isTrue) => {
      if (leaf.type !== "string") throw new TypeError("expected a leaf of strings");
      return isTrue ? leaf.texts : not(leaf.texts);
    },
    areDisjoint: (a, b) => isEmpty(and(a, b)),
  });
}
