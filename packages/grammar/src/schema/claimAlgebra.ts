/** A table of claims as the algebra of one type. */
import type { Claims, ClaimTable } from "./claims.ts";
import { ofType, type TypeAlgebra } from "./fold.ts";
import type { JsonType } from "./jsonTypes.ts";
import type { Leaf } from "./leaves.ts";

export function claimAlgebra<T>(
  type: JsonType,
  table: ClaimTable<T>,
  leaf: (leaf: Leaf, isTrue: boolean) => Claims<T>,
  areDisjoint: (a: Claims<T>, b: Claims<T>) => boolean,
): TypeAlgebra<Claims<T>> {
  return ofType(type, {
    true: table.true,
    false: table.false,
    all: (parts) => table.all(parts),
    any: (parts) => table.any(parts),
    leaf,
    areDisjoint,
  });
}
