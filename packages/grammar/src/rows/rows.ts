/**
 * Rows of an Earley parser (CACM 13, 1970) over lexemes, each kept once: equal rows have equal futures, and what a lexeme
 * leads to is worked out once for each row. An item is a place in a rule's body and the row in which that body began.
 */
import type { Budget } from "../budget/budget.ts";
import { GrammarBudgetError } from "../budget/budget.ts";
import type { Codes } from "./codes.ts";
import { ItemSet } from "./itemSet.ts";
import type { Positions } from "./positions.ts";

/** Stands for the row itself as the one in which a body began. */
const self = -1;
/** Rows are below it. */
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
  /** As in `Row`. */
  readonly items: Int32Array;
  readonly isComplete: boolean;
}

export interface RowsOptions {
  readonly startRule: number;
  readonly budget: Budget;
  readonly mostRows: number;
  /** Of lexemes. */
  readonly codes: Codes;
  /** Whether a lexeme is a token instead of a text. */
  readonly isToken: (lexeme: number) => boolean;
}

export class Rows {
  readonly #positions: Positions;
  readonly #startRule: number;
  readonly #mostRows: number;
  readonly #codes: Codes;
  readonly #isToken: (lexeme: number) => boolean;
  readonly #rows: Row[] = [];
  /** By hash of the items: a row, or some. */
  readonly #ids = new Map<number, readonly number[]>();
  readonly #merged = new Map<string, number>();
  #keys = new Float64Array(64);
  readonly #items = new ItemSet();
  readonly #found = new ItemSet();
  readonly #ends = new ItemSet();
  budget: Budget;
  sizeBytes = 0;

  constructor(positions: Positions, { startRule, budget, mostRows, codes, isToken }: RowsOptions) {
    this.#positions = positions;
    this.#isToken = isToken;
    this.#startRule = startRule;
    this.#mostRows = mostRows;
    this.#codes = codes;
    this.budget = budget;
    this.#close([positions.start(startRule), self], true);
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

  /** Place and row of the beginning, alternately. */
  #kernel({ id, items }: Row, code: number): number[] {
    const kernel: number[] = [];
    const lexeme = this.#codes.numberOf(code);
    const text = this.#codes.textOf(code);
    this.budget.spend(1 + (items.length >> 2));
    for (let i = 0; i < items.length; i += 2) {
      const { lexemes } = this.#positions.place(items[i]!);
      for (let k = 0; k < lexemes.length; k += 2) {
        if (lexemes[k] !== lexeme) continue;
        const place = this.#positions.after(items[i]!, lexemes[k + 1]!);
        const withText = text === 0 ? place : this.#positions.withText(place, text);
        kernel.push(withText, items[i + 1]! === self ? id : items[i + 1]!);
      }
    }
    return kernel;
  }

  /**
   * The row of the items, all that follows without reading, and what their ends lead to.
   * @param kernel place and row of the beginning, alternately
   */
  #close(kernel: readonly number[], isFirst: boolean): number {
    const positions = this.#positions;
    const items = this.#items;
    items.clear();
    let isComplete = false;
    for (let i = 0; i < kernel.length; i += 2) {
      const start = kernel[i + 1]!;
      for (const place of positions.closure(kernel[i]!)) {
        items.add(place, start);
        const { isAccepting, rule } = positions.place(place);
        if (!isAccepting) continue;
        if (isFirst) isComplete = true;
        else {
          const completion = this.#complete(start, rule);
          isComplete ||= completion.isComplete;
          for (let k = 0; k < completion.items.length; k += 2) {
            items.add(completion.items[k]!, completion.items[k + 1]!);
          }
          this.budget.spend(1 + (completion.items.length >> 3));
        }
      }
      this.budget.spend(1);
    }
    for (let i = 0, count = items.count; i < count; i++) {
      for (const place of positions.predictions(items.pairs[i * 2]!)) items.add(place, self);
    }
    this.budget.spend(items.count);
    return this.#intern(items, isComplete);
  }

  #intern({ pairs, count }: ItemSet, isComplete: boolean): number {
    const items = this.#kept(pairs, count);
    const hash = hashOf(items, isComplete);
    const known = this.#ids.get(hash);
    for (const id of known ?? []) {
      const row = this.#rows[id]!;
      if (row.isComplete === isComplete && isSame(row.items, items)) return id;
    }
    const id = this.#rows.length;
    if (id >= this.#mostRows) {
      throw new GrammarBudgetError(`the output expected at most ${this.#mostRows} different places in its grammar`);
    }
    const lexemes = this.#lexemesOf(items);
    this.#rows.push({
      id,
      items,
      lexemes,
      tokenLexemes: lexemes.filter(this.#isToken),
      isComplete,
      after: undefined,
      completed: undefined,
    });
    this.#ids.set(hash, known ? [...known, id] : [id]);
    this.sizeBytes += 500 + items.length * 4 + lexemes.length * 8;
    return id;
  }

  /** Those from which something leads on, in order. */
  #kept(pairs: Int32Array, count: number): Int32Array {
    if (this.#keys.length < count) this.#keys = new Float64Array(count * 2);
    const keys = this.#keys;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const { lexemes, rules } = this.#positions.place(pairs[i * 2]!);
      if (lexemes.length > 0 || rules.length > 0) keys[kept++] = pairs[i * 2]! * shift + pairs[i * 2 + 1]! + 1;
    }
    sort(keys, kept);
    const items = new Int32Array(kept * 2);
    for (let i = 0; i < kept; i++) {
      items[i * 2] = Math.floor(keys[i]! / shift);
      items[i * 2 + 1] = (keys[i]! % shift) - 1;
    }
    return items;
  }

  #lexemesOf(items: Int32Array): number[] {
    const found = new Set<number>();
    for (let i = 0; i < items.length; i += 2) {
      const { lexemes } = this.#positions.place(items[i]!);
      for (let k = 0; k < lexemes.length; k += 2) found.add(lexemes[k]!);
    }
    return [...found].sort((a, b) => a - b);
  }

  /**
   * What the end of a rule's body that began in the row leads to, ends of other bodies included: each row remembers it, so
   * that a long chain of ends is walked once.
   */
  #complete(rowId: number, rule: number): Completion {
    const known = this.#rows[rowId]!.completed?.get(rule);
    if (known) return known;
    const positions = this.#positions;
    const found = this.#found;
    const ends = this.#ends;
    found.clear();
    ends.clear();
    ends.add(rule, rowId);
    let isComplete = false;
    for (let end = 0; end < ends.count; end++) {
      const endedRule = ends.pairs[end * 2]!;
      const startRow = ends.pairs[end * 2 + 1]!;
      const row = this.#rows[startRow]!;
      const inner = row.completed?.get(endedRule);
      if (inner) {
        for (let i = 0; i < inner.items.length; i += 2) found.add(inner.items[i]!, inner.items[i + 1]!);
        this.budget.spend(1 + (inner.items.length >> 3));
        isComplete ||= inner.isComplete;
        continue;
      }
      if (startRow === 0 && endedRule === this.#startRule) isComplete = true;
      for (let i = 0; i < row.items.length; i += 2) {
        const { rules } = positions.place(row.items[i]!);
        const start = row.items[i + 1] === self ? startRow : row.items[i + 1]!;
        for (let k = 0; k < rules.length; k += 2) {
          if (rules[k] !== endedRule) continue;
          for (const place of positions.closure(positions.after(row.items[i]!, rules[k + 1]!))) {
            const { isAccepting, rule: outer, lexemes, rules: next } = positions.place(place);
            if (lexemes.length > 0 || next.length > 0) found.add(place, start);
            if (isAccepting) ends.add(outer, start);
          }
        }
      }
      this.budget.spend(1 + (row.items.length >> 1));
    }
    const completion = { items: found.pairs.slice(0, found.count * 2), isComplete };
    (this.#rows[rowId]!.completed ??= new Map()).set(rule, completion);
    this.sizeBytes += 300 + completion.items.byteLength;
    return completion;
  }
}

/** The first ones in rising order; few, as most rows have, without a call. */
function sort(numbers: Float64Array, count: number): void {
  if (count > 32) {
    numbers.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const each = numbers[i]!;
    let at = i;
    for (; at > 0 && numbers[at - 1]! > each; at--) numbers[at] = numbers[at - 1]!;
    numbers[at] = each;
  }
}

function hashOf(items: Int32Array, isComplete: boolean): number {
  let hash = Number(isComplete);
  for (let i = 0; i < items.length; i++) {
    hash = Math.imul(hash ^ items[i]!, 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash;
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
