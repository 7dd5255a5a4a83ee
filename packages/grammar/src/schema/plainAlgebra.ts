/** Null, and the two booleans: which values are allowed. */
import type { TypeAlgebra } from "./fold.ts";

/** One bit a value. */
export function plainAlgebra(type: "null" | "boolean"): TypeAlgebra<number> {
  return {
    type,
    true: type === "null" ? 1 : 3,
    false: 0,
    all: (parts) => parts.reduce((bits, part) => bits & part, type === "null" ? 1 : 3),
    any: (parts) => parts.reduce((bits, part) => bits | part, 0),
    leaf: (leaf, isTrue) => (leaf.type === "boolean" && leaf.value === isTrue ? 2 : 1),
    areDisjoint: (a, b) => (a & b) === 0,
  };
}
