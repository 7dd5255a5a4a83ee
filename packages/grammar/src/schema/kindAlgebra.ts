/** Which values that have no parts may be, exactly, and which other types values may have at most: a bit each. */
import type { TypeAlgebra } from "./fold.ts";
import type { JsonType } from "./jsonTypes.ts";

export const kindBits = { null: 1, false: 2, true: 4, number: 8, string: 16, array: 32, object: 64 } as const;
const all = 127;
/** Of these the bits say exactly what holds. */
const exact = kindBits.null | kindBits.false | kindBits.true;

export const kindAlgebra: TypeAlgebra<number> = {
  true: all,
  false: 0,
  all: (parts) => parts.reduce((bits, part) => bits & part, all),
  any: (parts) => parts.reduce((bits, part) => bits | part, 0),
  types: (types, isTrue) => {
    let bits = 0;
    for (const type of types) bits |= bitsOf(type);
    return isTrue ? bits : all & ~bits;
  },
  leaf: (leaf, isTrue) => {
    if (leaf.type !== "boolean") return isTrue ? all : bitsOf(leaf.type);
    const other = leaf.value ? kindBits.false : kindBits.true;
    return isTrue ? all & ~other : other;
  },
  areDisjoint: (a, b) => (a & b) === 0,
  exactlyOne: (parts, isTrue) => {
    let [some, several] = [0, 0];
    for (const bits of parts) {
      several |= some & bits;
      some |= bits;
    }
    const once = some & ~several & exact;
    return isTrue ? once | (some & ~exact) : all & ~once;
  },
};

function bitsOf(type: JsonType): number {
  return type === "boolean" ? kindBits.false | kindBits.true : kindBits[type];
}
