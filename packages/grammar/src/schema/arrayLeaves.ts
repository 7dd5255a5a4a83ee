/** Leaves about arrays, and their complements, as claims. */
import type { ArrayClaim } from "./arrayClaims.ts";
import type { Claims, ClaimTable } from "./claims.ts";
import type { Formula, Formulas } from "./formula.ts";
import type { Leaf } from "./leaves.ts";

export function arrayClaimOf(
  table: ClaimTable<ArrayClaim>,
  formulas: Formulas,
  leaf: Leaf,
  isTrue: boolean,
): Claims<ArrayClaim> {
  if (leaf.type !== "array") throw new TypeError("expected a leaf of arrays");
  const count = (min: number, max: number): Claims<ArrayClaim> => {
    if (min > max) return table.false;
    return min === 0 && max === Infinity ? table.true : table.claim({ is: "count", min, max });
  };
  const rest = (from: number, value: Formula): Claims<ArrayClaim> => {
    if (value === formulas.true) return table.true;
    return value === formulas.false ? count(0, from) : table.claim({ is: "rest", from, value });
  };
  const some = (from: number, value: Formula): Claims<ArrayClaim> => {
    if (value === formulas.false) return table.false;
    return value === formulas.true ? count(from + 1, Infinity) : table.claim({ is: "some", from, value });
  };
  const contains = (value: Formula, min: number, max: number): Claims<ArrayClaim> => {
    if (min > max) return table.false;
    if (min === 0 && max === 0) return rest(0, formulas.not(value));
    if (min === 0 && max === Infinity) return table.true;
    if (value === formulas.true) return count(min, max);
    if (value === formulas.false) return min === 0 ? table.true : table.false;
    return min === 1 && max === Infinity ? some(0, value) : table.claim({ is: "contains", value, min, max });
  };
  switch (leaf.is) {
    case "item": {
      const { index, value } = leaf;
      if (isTrue)
        return value === formulas.true ? table.true : value === formulas.false ? count(0, index) : table.claim(leaf);
      const not = formulas.not(value);
      if (not === formulas.false) return table.false;
      return table.all([
        count(index + 1, Infinity),
        not === formulas.true ? table.true : table.claim({ is: "item", index, value: not }),
      ]);
    }
    case "rest":
      return isTrue ? rest(leaf.from, leaf.value) : some(leaf.from, formulas.not(leaf.value));
    case "count":
      if (isTrue) return count(leaf.min, leaf.max);
      return table.any([
        leaf.min > 0 ? count(0, leaf.min - 1) : table.false,
        leaf.max < Infinity ? count(leaf.max + 1, Infinity) : table.false,
      ]);
    case "contains":
      if (isTrue) return contains(leaf.value, leaf.min, leaf.max);
      return table.any([
        leaf.min > 0 ? contains(leaf.value, 0, leaf.min - 1) : table.false,
        leaf.max < Infinity ? contains(leaf.value, leaf.max + 1, Infinity) : table.false,
      ]);
    case "unique":
      return table.claim(isTrue ? leaf : { is: "repeated", origin: leaf.origin });
    default:
      return leaf satisfies never;
  }
}
