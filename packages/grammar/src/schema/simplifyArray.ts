/** Claims about an array without those that contradict its length. */
import type { ArrayClaim } from "./arrayClaims.ts";
import { type Claims, type ClaimTable, conjuncts } from "./claims.ts";
import type { Formula, Formulas } from "./formula.ts";

export class ArraySimplifier {
  readonly #table: ClaimTable<ArrayClaim>;
  readonly #formulas: Formulas;
  readonly #isEmpty: (formula: Formula) => boolean;

  constructor(table: ClaimTable<ArrayClaim>, formulas: Formulas, isEmpty: (formula: Formula) => boolean) {
    this.#table = table;
    this.#formulas = formulas;
    this.#isEmpty = isEmpty;
  }

  simplify(claims: Claims<ArrayClaim>): Claims<ArrayClaim> {
    let [min, max] = [0, Infinity];
    const items = new Map<number, Formula[]>();
    const rests: { from: number; value: Formula }[] = [];
    for (const part of conjuncts(claims)) {
      if (part.kind !== "claim") continue;
      const { claim } = part;
      if (claim.is === "count") [min, max] = [Math.max(min, claim.min), Math.min(max, claim.max)];
      if (claim.is === "some") min = Math.max(min, claim.from + 1);
      if (claim.is === "contains") min = Math.max(min, claim.min);
      if (claim.is === "item") items.set(claim.index, [...(items.get(claim.index) ?? []), claim.value]);
      if (claim.is === "rest") rests.push(claim);
    }
    if (min > max) return this.#table.false;
    const limited = this.#limit(items, rests, min, max);
    if (limited < min) return this.#table.false;
    const narrowed = this.#table.map(claims, (claim, of) => {
      if (claim.is === "count") {
        if (claim.max < min || claim.min > limited) return this.#table.false;
        return of;
      }
      return claim.is === "some" && claim.from >= limited ? this.#table.false : of;
    });
    return limited < max
      ? this.#table.all([narrowed, this.#table.claim({ is: "count", min: 0, max: limited })])
      : narrowed;
  }

  /** The first index at which no item can be, within those that must be there or are named. */
  #limit(
    items: Map<number, Formula[]>,
    rests: readonly { from: number; value: Formula }[],
    min: number,
    max: number,
  ): number {
    const named = [...items.keys(), ...rests.map(({ from }) => from)].filter((index) => index < max);
    for (const index of [...new Set(named)].sort((a, b) => a - b)) {
      const values = [
        ...(items.get(index) ?? []),
        ...rests.filter(({ from }) => from <= index).map(({ value }) => value),
      ];
      if (values.length > 1 || index < min) {
        if (this.#isEmpty(this.#formulas.and(values))) return index;
      }
    }
    return max;
  }
}
