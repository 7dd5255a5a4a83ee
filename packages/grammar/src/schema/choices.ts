/**
 * The ways in which one value can settle claims: for each claim about it, either it satisfies the claim's formula or the
 * claim is dropped. What is left of the claims goes on to the values after it.
 */
import type { Budget } from "../budget/budget.ts";
import type { Claims, ClaimTable } from "./claims.ts";
import type { Formula, Formulas } from "./formula.ts";

export interface Choice<T> {
  readonly value: Formula;
  readonly rest: Claims<T>;
}

/** What becomes of a claim if the value satisfies `value`, and otherwise. */
export interface Settlement<T> {
  readonly value: Formula;
  readonly met: Claims<T>;
  /** What the value satisfies if the claim is dropped: anything, unless satisfying values are counted. */
  readonly otherwise: Formula;
  readonly unmet: Claims<T>;
}

export class Chooser<T> {
  readonly #table: ClaimTable<T>;
  readonly #formulas: Formulas;
  readonly #isEmpty: (formula: Formula) => boolean;
  readonly #budget: Budget;

  constructor(table: ClaimTable<T>, formulas: Formulas, isEmpty: (formula: Formula) => boolean, budget: Budget) {
    this.#table = table;
    this.#formulas = formulas;
    this.#isEmpty = isEmpty;
    this.#budget = budget;
  }

  /** @param settle undefined for claims that are not about this value */
  choices(
    claims: Claims<T>,
    value: Formula,
    settle: (claim: T, of: Claims<T>) => Settlement<T> | undefined,
  ): Choice<T>[] {
    const table = this.#table;
    const settlements = new Map<T, Settlement<T>>();
    table.map(claims, (claim, of) => {
      const settlement = settle(claim, of);
      if (settlement) settlements.set(claim, settlement);
      return of;
    });
    let choices: Choice<T>[] = [{ value, rest: claims }];
    for (const [claim, settlement] of settlements) {
      choices = choices.flatMap((choice) => this.#settle(choice, claim, settlement));
    }
    return choices;
  }

  #settle(choice: Choice<T>, claim: T, settlement: Settlement<T>): Choice<T>[] {
    this.#budget.spend(1);
    const { value, rest } = choice;
    const table = this.#table;
    let isOpen = false;
    const replace = (by: Claims<T>): Claims<T> =>
      table.map(rest, (each, of) => {
        isOpen ||= each === claim;
        return each === claim ? by : of;
      });
    const [met, unmet] = [replace(settlement.met), replace(settlement.unmet)];
    if (!isOpen) return [choice];
    const found: Choice<T>[] = [];
    const add = (formula: Formula, left: Claims<T>): void => {
      if (left.kind === "false") return;
      const both = this.#formulas.and([value, formula]);
      // one schema alone is seldom of nothing, and pruned later if it is
      const isMet = both !== value && value.kind !== "true";
      if (both.kind === "false" || (isMet && this.#isEmpty(both))) return;
      found.push({ value: both, rest: left });
    };
    if (met !== unmet || settlement.otherwise.kind !== "true") add(settlement.value, met);
    add(settlement.otherwise, unmet);
    return found;
  }
}
