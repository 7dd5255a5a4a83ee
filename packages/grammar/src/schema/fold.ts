/**
 * What a formula says of the values of one type: leaves of other types are true of them, complements are pushed down to the
 * leaves, and exactly-one becomes any-of where the branches cannot hold together.
 */
import { UnsupportedSchemaError } from "./errors.ts";
import type { Formula, SchemaFormula } from "./formula.ts";
import type { JsonType } from "./jsonTypes.ts";
import type { Leaf } from "./leaves.ts";
import { checkNesting } from "./nesting.ts";

/** Branches of a `oneOf` for one type. */
const mostBranches = 400;

export interface TypeAlgebra<R> {
  readonly true: R;
  readonly false: R;
  all(parts: readonly R[]): R;
  any(parts: readonly R[]): R;
  /** The value is of one of the types, or of none of them. */
  types(types: ReadonlySet<JsonType>, isTrue: boolean): R;
  /** The leaf or its complement: of values of its type, the others being as it is. */
  leaf(leaf: Leaf, isTrue: boolean): R;
  /** Whether nothing is of both. May be false where that takes long to see. */
  areDisjoint(a: R, b: R): boolean;
  /** That exactly one holds, or its complement, where the parts alone say it. */
  exactlyOne?(parts: readonly R[], isTrue: boolean): R;
}

/** An algebra of one type. @param leaf of this type */
export function ofType<R>(type: JsonType, algebra: Omit<TypeAlgebra<R>, "types">): TypeAlgebra<R> {
  const { true: always, false: never } = algebra;
  return {
    ...algebra,
    types: (types, isTrue) => (types.has(type) === isTrue ? always : never),
    leaf: (leaf, isTrue) => {
      if (leaf.type === type) return algebra.leaf(leaf, isTrue);
      return isTrue ? always : never;
    },
  };
}

export class Fold<R> {
  readonly #algebra: TypeAlgebra<R>;
  readonly #read: (schema: SchemaFormula) => Formula;
  readonly #known: readonly [Map<Formula, R>, Map<Formula, R>] = [new Map(), new Map()];
  readonly #open = new Set<Formula>();

  constructor(algebra: TypeAlgebra<R>, read: (schema: SchemaFormula) => Formula) {
    this.#algebra = algebra;
    this.#read = read;
  }

  of(formula: Formula, isTrue = true): R {
    const known = this.#known[isTrue ? 1 : 0];
    let result = known.get(formula);
    if (result === undefined) known.set(formula, (result = this.#fold(formula, isTrue)));
    return result;
  }

  #fold(formula: Formula, isTrue: boolean): R {
    const algebra = this.#algebra;
    switch (formula.kind) {
      case "true":
      case "false":
        return (formula.kind === "true") === isTrue ? algebra.true : algebra.false;
      case "and":
      case "or": {
        const parts = formula.parts.map((part) => this.of(part, isTrue));
        return (formula.kind === "and") === isTrue ? algebra.all(parts) : algebra.any(parts);
      }
      case "not":
        return this.of(formula.part, !isTrue);
      case "oneOf":
        return this.#oneOf(formula.parts, isTrue);
      case "types":
        return algebra.types(formula.types, isTrue);
      case "leaf":
        return algebra.leaf(formula.leaf, isTrue);
      case "schema":
        return this.#schema(formula, isTrue);
      default:
        return formula satisfies never;
    }
  }

  #schema(formula: SchemaFormula, isTrue: boolean): R {
    checkNesting(this.#open, formula);
    this.#open.add(formula);
    try {
      return this.of(this.#read(formula), isTrue);
    } finally {
      this.#open.delete(formula);
    }
  }

  #oneOf(branches: readonly Formula[], isTrue: boolean): R {
    const algebra = this.#algebra;
    if (algebra.exactlyOne) {
      return algebra.exactlyOne(
        branches.map((branch) => this.of(branch)),
        isTrue,
      );
    }
    const parts = branches
      .map((branch) => ({ branch, holds: this.of(branch) }))
      .filter(({ holds }) => holds !== algebra.false);
    if (parts.length > mostBranches) {
      throw new UnsupportedSchemaError("oneOf", "", `more than ${mostBranches} branches for one type`);
    }
    const fails = (i: number): R => this.of(parts[i]!.branch, false);
    const overlaps: number[][] = parts.map(() => []);
    for (let i = 0; i < parts.length; i++) {
      for (let j = i + 1; j < parts.length; j++) {
        if (algebra.areDisjoint(parts[i]!.holds, parts[j]!.holds)) continue;
        overlaps[i]!.push(j);
        overlaps[j]!.push(i);
      }
    }
    if (isTrue) {
      return algebra.any(parts.map(({ holds }, i) => algebra.all([holds, ...overlaps[i]!.map(fails)])));
    }
    const pairs = parts.flatMap(({ holds }, i) =>
      overlaps[i]!.filter((j) => j > i).map((j) => algebra.all([holds, parts[j]!.holds])),
    );
    return algebra.any([algebra.all(parts.map((_, i) => fails(i))), ...pairs]);
  }
}
