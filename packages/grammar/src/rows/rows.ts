/**
 * Rows of an Earley parser (CACM 13, 1970) over lexemes, each kept once: equal rows have equal futures, and what a lexeme
 * leads to is worked out once for each row. An item is a place in a rule's body and the row in which that body began.
 */
import type { Budget } from "../budget/budget.ts";
import { GrammarBudgetError } from "../budget/budget.ts";
import { lexemeOf, textOfLexeme } from "./codes.ts";
import type { Positions } from "./positions.ts";

/** Stands for the row itself as the one in which a body began. */
const self = -1;
const shift = 2 ** 28;

export interface Row {
  readonly id: number;
  /** Place and row of the beginning, alternately; only places from which something leads on. */
  readonly items: Int32Array;
  /** Lexemes that may stand here, in rising order. */
  readonly lexemes: readonly number[];
  /** Those of them that are tokens instead of texts. */
  readonly tokenLexemes: readonly number[];
  /** Whether the whole output may end here. */
  readonly isComplete: boolean;
  /** By lexeme: the row after it. */
  after: Map<number, number> | undefined;
  /** By rule: what the end of a body that began here leads to. */
  completed: Map<number, Completion> | undefined;
}

interface Completion {
  readonly items: ReadonlySet<number>;
  readonly isComplete: boolean;
}

export interface RowsOptions {
  readonly startRule: number;
  readonly budget: Budget;
  readonly mostRows: number;
  /** Whether a lexeme is a token instead of a text. */
  readonly isToken: (lexeme: number) => boolean;
}

export class Rows {
  readonly #positions: Positions;
  readonly #startRule: number;
  readonly #mostRows: number;
  readonly #isToken: (lexeme: number) => boolean;
  readonly #rows: Row[] = [];
  readonly #ids = new Map<string, number>();
  readonly #merged = new Map<string, number>();
  budget: Budget;
  sizeBytes = 0;

  constructor(positions: Positions, { startRule, budget, mostRows, isToken }: RowsOptions) {
    this.#positions = positions;
    this.#isToken = isToken;
    this.#startRule = startRule;
    this.#mostRows = mostRows;
    this.budget = budget;
    this.#close([key(positions.start(startRule), self)], true);
  }

  /** Row 0 is the beginning. */
  get(id: number): Row {
    return this.#rows[id]!;
  }

  /** The row after a lexeme (a code) that the row has. @throws GrammarBudgetError */
  after(rowId: number, lexeme: number): number {
    const row = this.#rows[rowId]!;
    let next = row.after?.get(lexeme);
    if (next === undefined) {
      next = this.#close(this.#kernel(row, lexeme), false);
      row.after ??= new Map();
      row.after.set(lexeme, next);
    }
    return next;
  }

  /** The row where each of these lexemes after its row may have ended: row and lexeme, alternately. */
  afterAny(pairs: readonly number[]): number {
    if (pairs.length === 2) return this.after(pairs[0]!, pairs[1]!);
    const name = pairs.join();
    let next = this.#merged.get(name);
    if (next === undefined) {
      const kernel: number[] = [];
      for (let i = 0; i < pairs.length; i += 2) kernel.push(...this.#kernel(this.#rows[pairs[i]!]!, pairs[i + 1]!));
      next = this.#close(kernel, false);
      this.#merged.set(name, next);
    }
    return next;
  }

  #kernel({ id, items }: Row, code: number): number[] {
    const kernel: number[] = [];
    const [lexeme, text] = [lexemeOf(code), textOfLexeme(code)];
    this.budget.spend(1 + (items.length >> 2));
    for (let i = 0; i < items.length; i += 2) {
      const { lexemes } = this.#positions.place(items[i]!);
      for (let k = 0; k < lexemes.length; k += 2) {
        if (lexemes[k] !== lexeme) continue;
        const place = text === 0 ? lexemes[k + 1]! : this.#positions.withText(lexemes[k + 1]!, text);
        kernel.push(key(place, items[i + 1]! === self ? id : items[i + 1]!));
      }
    }
    return kernel;
  }

  /** The row of the items, all that follows without reading, and what their ends lead to. */
  #close(kernel: readonly number[], isFirst: boolean): number {
    const positions = this.#positions;
    const items = new Set<number>();
    let isComplete = false;
    for (const item of kernel) {
      const start = startOf(item);
      for (const place of positions.closure(placeOf(item))) {
        items.add(key(place, start));
        if (!positions.place(place).isAccepting) continue;
        if (isFirst) isComplete = true;
        else {
          const completion = this.#complete(start, positions.place(place).rule);
          isComplete ||= completion.isComplete;
          for (const each of completion.items) items.add(each);
          this.budget.spend(1 + (completion.items.size >> 2));
        }
      }
      this.budget.spend(1);
    }
    for (const item of [...items])
      for (const place of positions.predictions(placeOf(item))) items.add(key(place, self));
    this.budget.spend(items.size);
    return this.#intern(items, isComplete);
  }

  #intern(items: ReadonlySet<number>, isComplete: boolean): number {
    const positions = this.#positions;
    const lexemes = new Set<number>();
    const kept = [...items].filter((item) => {
      const place = positions.place(placeOf(item));
      for (let i = 0; i < place.lexemes.length; i += 2) lexemes.add(place.lexemes[i]!);
      return place.lexemes.length > 0 || place.rules.length > 0;
    });
    kept.sort((a, b) => a - b);
    const name = `${isComplete} ${kept.join()}`;
    let id = this.#ids.get(name);
    if (id !== undefined) return id;
    id = this.#rows.length;
    if (id >= this.#mostRows) {
      throw new GrammarBudgetError(`the output expected at most ${this.#mostRows} different places in its grammar`);
    }
    const sorted = [...lexemes].sort((a, b) => a - b);
    this.#rows.push({
      id,
      items: itemsOf(kept),
      lexemes: sorted,
      tokenLexemes: sorted.filter(this.#isToken),
      isComplete,
      after: undefined,
      completed: undefined,
    });
    this.#ids.set(name, id);
    this.sizeBytes += 400 + name.length + kept.length * 8 + lexemes.size * 8;
    return id;
  }

  /**
   * What the end of a rule's body that began in the row leads to, ends of other bodies included: each row remembers it, so
   * that a long chain of ends is walked once.
   */
  #complete(rowId: number, rule: number): Completion {
    const known = this.#rows[rowId]!.completed?.get(rule);
    if (known) return known;
    const positions = this.#positions;
    const items = new Set<number>();
    let isComplete = false;
    const seen = new Set<number>([key(rule, rowId)]);
    for (const each of seen) {
      const [endedRule, startRow] = [placeOf(each), startOf(each)];
      const row = this.#rows[startRow]!;
      const inner = row.completed?.get(endedRule);
      if (inner) {
        for (const item of inner.items) items.add(item);
        this.budget.spend(1 + (inner.items.size >> 2));
        isComplete ||= inner.isComplete;
        continue;
      }
      if (startRow === 0 && endedRule === this.#startRule) isComplete = true;
      for (let i = 0; i < row.items.length; i += 2) {
        const { rules } = positions.place(row.items[i]!);
        const start = row.items[i + 1] === self ? startRow : row.items[i + 1]!;
        for (let k = 0; k < rules.length; k += 2) {
          if (rules[k] !== endedRule) continue;
          for (const place of positions.closure(rules[k + 1]!)) {
            const { isAccepting, rule: outer, lexemes, rules: next } = positions.place(place);
            if (lexemes.length > 0 || next.length > 0) items.add(key(place, start));
            if (isAccepting) seen.add(key(outer, start));
          }
        }
      }
      this.budget.spend(1 + (row.items.length >> 1));
    }
    const completion = { items, isComplete };
    (this.#rows[rowId]!.completed ??= new Map()).set(rule, completion);
    this.sizeBytes += 100 + items.size * 40;
    return completion;
  }
}

function itemsOf(keys: readonly number[]): Int32Array {
  const items = new Int32Array(keys.length * 2);
  keys.forEach((each, i) => {
    items[i * 2] = placeOf(each);
    items[i * 2 + 1] = startOf(each);
  });
  return items;
}

/** Place and row as one number: rows below 2^28, places below 2^25. */
function key(place: number, start: number): number {
  return place * shift + start + 1;
}

function placeOf(item: number): number {
  return Math.floor(item / shift);
}

function startOf(item: number): number {
  return (item % shift) - 1;
}
