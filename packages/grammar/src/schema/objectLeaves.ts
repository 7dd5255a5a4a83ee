/** Leaves about objects, and their complements, as claims. */
import type { TextRegex } from "../regex/textRegex.ts";
import type { Claims, ClaimTable } from "./claims.ts";
import type { Formula, Formulas } from "./formula.ts";
import { type KeySet, keysOf } from "./keySets.ts";
import type { Leaf } from "./leaves.ts";
import type { ObjectClaim } from "./objectClaims.ts";

export class ObjectLeaves {
  readonly #table: ClaimTable<ObjectClaim>;
  readonly #formulas: Formulas;
  readonly #otherNames: (formula: Formula, isAsked: boolean) => TextRegex;
  readonly #excluded = new Map<TextRegex, KeySet>();

  constructor(
    table: ClaimTable<ObjectClaim>,
    formulas: Formulas,
    otherNames: (formula: Formula, isAsked: boolean) => TextRegex,
  ) {
    this.#table = table;
    this.#formulas = formulas;
    this.#otherNames = otherNames;
  }

  claimOf(leaf: Leaf, isTrue: boolean): Claims<ObjectClaim> {
    if (leaf.type !== "object") throw new TypeError("expected a leaf of objects");
    const table = this.#table;
    const { false: never, true: always } = this.#formulas;
    switch (leaf.is) {
      case "declared":
        return isTrue ? table.claim(leaf) : table.false;
      case "present":
      case "absent":
        return table.claim({ is: (leaf.is === "present") === isTrue ? "present" : "absent", name: leaf.name });
      case "property": {
        const { name } = leaf;
        const value = isTrue ? leaf.value : this.#formulas.not(leaf.value);
        if (isTrue && value === always) return table.true;
        if (value === never) return isTrue ? table.claim({ is: "absent", name }) : table.false;
        if (isTrue) return table.claim({ is: "property", name, value });
        const present = table.claim({ is: "present", name });
        return value === always ? present : table.all([present, table.claim({ is: "property", name, value })]);
      }
      case "each":
        return this.#each(leaf.keys, leaf.value, isTrue);
      case "names":
        return this.#each(this.#excludedBy(leaf.value, !isTrue), never, isTrue);
      case "count":
        if (isTrue) return this.#count(leaf.min, leaf.max);
        return table.any([
          leaf.min > 0 ? this.#count(0, leaf.min - 1) : table.false,
          leaf.max < Infinity ? this.#count(leaf.max + 1, Infinity) : table.false,
        ]);
      default:
        return leaf satisfies never;
    }
  }

  #each(keys: KeySet, value: Formula, isTrue: boolean): Claims<ObjectClaim> {
    const table = this.#table;
    const hasNoKeys = !keys.isOthers && keys.texts.every(({ kind }) => kind === "none");
    if (value === this.#formulas.true || hasNoKeys) return isTrue ? table.true : table.false;
    return table.claim(isTrue ? { is: "each", keys, value } : { is: "some", keys, value: this.#formulas.not(value) });
  }

  /** Names that do not satisfy a schema of `propertyNames`. */
  #excludedBy(names: Formula, isAsked: boolean): KeySet {
    const texts = this.#otherNames(names, isAsked);
    let keys = this.#excluded.get(texts);
    if (!keys) this.#excluded.set(texts, (keys = keysOf(texts)));
    return keys;
  }

  #count(min: number, max: number): Claims<ObjectClaim> {
    if (min > max) return this.#table.false;
    return min === 0 && max === Infinity ? this.#table.true : this.#table.claim({ is: "count", min, max });
  }
}
