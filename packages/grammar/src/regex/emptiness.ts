/** Whether an expression has no text at all, which intersections and complements hide: a search that looks for a short one. */
import type { Algebra } from "./algebra.ts";
import type { Derivatives } from "./derivatives.ts";
import { itemsOf } from "./distinct.ts";
import { flags, kinds } from "./kinds.ts";
import { partsFirst } from "./partsFirst.ts";
import { relax } from "./relax.ts";
import { Shortest } from "./shortest.ts";
import { SureDigits } from "./sureDigits.ts";
import { SureText } from "./sureText.ts";

/** Longest text that is looked for straight on, before everything is searched. */
const longestGuess = 256;
/** Expressions that are searched before counts are left out. */
const quickSearch = 256;

const answers = { unknown: 0, hasText: 1, isEmpty: 2 } as const;

export class Emptiness {
  readonly #algebra: Algebra;
  readonly #derivatives: Derivatives;
  readonly #shortest: Shortest;
  readonly #sureText: SureText;
  readonly #sureDigits: SureDigits;
  #known = new Uint8Array(1024);

  constructor(algebra: Algebra, derivatives: Derivatives) {
    this.#algebra = algebra;
    this.#derivatives = derivatives;
    this.#shortest = new Shortest(algebra);
    this.#sureText = new SureText(algebra.nodes);
    this.#sureDigits = new SureDigits(algebra.nodes);
  }

  /** @throws GrammarBudgetError */
  isEmpty(expr: number): boolean {
    const answer = this.#answer(expr);
    if (answer !== answers.unknown) return answer === answers.isEmpty;
    if (this.#sureText.of(expr)) {
      this.#mark(expr, answers.hasText);
      return false;
    }
    if (this.#guessText(expr)) return false;
    for (const isDeep of [false, true]) {
      const found = this.#findText(expr, quickSearch, isDeep);
      if (found !== undefined) return !found;
    }
    // without counts there are fewer cases: if even then there is no text, there is none
    const relaxed = relax(this.#algebra, expr);
    if (relaxed !== expr && this.isEmpty(relaxed)) {
      this.#mark(expr, answers.isEmpty);
      return true;
    }
    return !this.#findText(expr, Number.POSITIVE_INFINITY, false);
  }

  /** A short text, followed byte by byte; undefined where that leads nowhere. */
  someText(start: number): Uint8Array | undefined {
    const bytes: number[] = [];
    let expr = start;
    while (!this.#algebra.isNullable(expr)) {
      const byte = this.#shortest.firstByte(expr);
      if (byte < 0 || bytes.length === longestGuess) return undefined;
      bytes.push(byte);
      expr = this.#derivatives.of(expr, byte);
      this.#derivatives.budget.spend(1);
      if (expr === this.#algebra.none) return undefined;
    }
    return Uint8Array.from(bytes);
  }

  #answer(expr: number): number {
    const { nodes, none } = this.#algebra;
    if (expr === none) return answers.isEmpty;
    if (!nodes.has(expr, flags.boolean) || nodes.has(expr, flags.nullable)) return answers.hasText;
    const known = this.#known[expr] ?? answers.unknown;
    if (known !== answers.unknown) return known;
    if (nodes.has(expr, flags.distinct)) {
      const openParts = (each: number): number[] => this.#partsOf(each).filter((part) => this.#isOpen(part));
      partsFirst(expr, openParts, (each) => each !== expr && this.isEmpty(each));
    }
    const ofParts = this.#ofParts(expr);
    const hasText = ofParts === answers.unknown ? this.#sureDigits.hasText(expr) : ofParts === answers.hasText;
    if (hasText === undefined) return known;
    const answer = hasText ? answers.hasText : answers.isEmpty;
    this.#mark(expr, answer);
    return answer;
  }

  #isOpen(expr: number): boolean {
    const { nodes } = this.#algebra;
    const isKnown = (this.#known[expr] ?? answers.unknown) !== answers.unknown;
    return nodes.has(expr, flags.distinct) && !nodes.has(expr, flags.nullable) && !isKnown;
  }

  #partsOf(expr: number): readonly number[] {
    const { nodes } = this.#algebra;
    const kind = nodes.kind(expr);
    if (kind === kinds.begun) return [nodes.a(expr), nodes.b(nodes.c(expr))];
    if (kind === kinds.distinct) return [nodes.a(expr), nodes.b(expr)];
    return kind === kinds.concat || kind === kinds.or || kind === kinds.and ? nodes.parts(expr) : [];
  }

  /** Of lists of different items, by their parts: a search would go on through the beginnings of each item. */
  #ofParts(expr: number): number {
    const algebra = this.#algebra;
    const { nodes } = algebra;
    if (!nodes.has(expr, flags.distinct)) return answers.unknown;
    const kind = nodes.kind(expr);
    const { hasText, isEmpty, unknown } = answers;
    if (kind === kinds.distinct || kind === kinds.begun) {
      const { item, tail, min } = itemsOf(algebra, kind === kinds.begun ? nodes.c(expr) : expr);
      if (this.isEmpty(nodes.a(expr)) || this.isEmpty(tail)) return isEmpty;
      return min <= 1 || this.#sureText.isEndless(item) ? hasText : unknown;
    }
    if (kind !== kinds.concat && kind !== kinds.or && kind !== kinds.and) return unknown;
    const parts = nodes.parts(expr);
    if (kind === kinds.or) return parts.some((part) => !this.isEmpty(part)) ? hasText : isEmpty;
    if (parts.some((part) => this.isEmpty(part))) return isEmpty;
    return kind === kinds.concat ? hasText : unknown;
  }

  /** Follows the first bytes of short texts only. */
  #guessText(start: number): boolean {
    const path: number[] = [];
    for (let expr = start; path.length < longestGuess; ) {
      path.push(expr);
      const byte = this.#shortest.firstByte(expr);
      if (byte < 0) return false;
      expr = this.#derivatives.of(expr, byte);
      this.#derivatives.budget.spend(1);
      const answer = this.#answer(expr);
      if (answer === answers.isEmpty) return false;
      if (answer !== answers.hasText) continue;
      for (const each of path) this.#mark(each, answers.hasText);
      return true;
    }
    return false;
  }

  /**
   * Follows derivatives, those first whose texts seem shortest; of equals the longest way. Undefined after too many.
   * @param isDeep goes on from where it is as long as it can
   */
  #findText(start: number, mostSearched: number, isDeep: boolean): boolean | undefined {
    const { nodes } = this.#algebra;
    const from = new Map<number, number>([[start, start]]);
    const queue = new SearchQueue();
    queue.add(start, 0, nodes.need(start));
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      const { expr, depth } = next;
      if (from.size > mostSearched) return undefined;
      const { firstOf } = nodes.partitions.get(nodes.classes(expr));
      this.#derivatives.budget.spend(firstOf.length);
      const following: number[] = [];
      for (const byte of firstOf) {
        const derivative = this.#derivatives.of(expr, byte);
        const answer = this.#answer(derivative);
        if (answer === answers.hasText) {
          this.#mark(expr, answers.hasText);
          for (let each = expr; each !== start; ) this.#mark((each = from.get(each)!), answers.hasText);
          return true;
        }
        if (answer === answers.isEmpty || from.has(derivative)) continue;
        from.set(derivative, expr);
        following.push(derivative);
      }
      if (isDeep) following.sort((a, b) => nodes.need(b) - nodes.need(a));
      for (const each of following) queue.add(each, depth + 1, isDeep ? -depth - 1 : nodes.need(each));
    }
    for (const expr of from.keys()) this.#mark(expr, answers.isEmpty);
    return false;
  }

  #mark(expr: number, answer: number): void {
    if (expr >= this.#known.length) {
      const known = new Uint8Array(Math.max(expr + 1, this.#known.length * 2));
      known.set(this.#known);
      this.#known = known;
    }
    this.#known[expr] = answer;
  }
}

interface Found {
  readonly expr: number;
  readonly depth: number;
}

/** By the sum of bytes read and bytes needed, the last added first. */
class SearchQueue {
  readonly #stacks: (Found[] | undefined)[] = [];
  #least = 0;

  add(expr: number, depth: number, need: number): void {
    const sum = Math.min(depth + need, mostSum);
    (this.#stacks[sum] ??= []).push({ expr, depth });
    this.#least = Math.min(this.#least, sum);
  }

  take(): Found | undefined {
    for (; this.#least < this.#stacks.length; this.#least++) {
      const found = this.#stacks[this.#least]?.pop();
      if (found) return found;
    }
    return undefined;
  }
}

/** Sums from here on are alike. */
const mostSum = 100_000;
