/** Expressions with texts of any length, whatever of bounded length is taken out of them: told by their form, without a search. */
import type { Nodes } from "./nodes.ts";
import { endless, flags, kinds, leastOf, mostOf } from "./kinds.ts";
import { partsFirst } from "./partsFirst.ts";

export class SureText {
  readonly #nodes: Nodes;
  /** By expression: parts are shared by many ways through them. */
  readonly #sure = new Map<number, boolean>();
  readonly #endless = new Map<number, boolean>();
  readonly #bounded = new Map<number, boolean>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** Whether it has a text; false says nothing. */
  of(expr: number): boolean {
    const nodes = this.#nodes;
    if (!nodes.has(expr, flags.boolean)) return nodes.kind(expr) !== kinds.none;
    this.#lookInside(expr);
    return known(this.#sure, expr, () => this.#computeSure(expr));
  }

  /** What has lists in it is nested deep: its parts are told first. */
  #lookInside(expr: number): void {
    const nodes = this.#nodes;
    if (!nodes.has(expr, flags.distinct) || this.#sure.has(expr)) return;
    const isOpen = (part: number): boolean => nodes.has(part, flags.distinct) && !this.#sure.has(part);
    const openParts = (each: number): number[] => {
      const kind = nodes.kind(each);
      if (kind === kinds.begun) return [nodes.a(each), nodes.c(each)].filter(isOpen);
      if (kind === kinds.distinct) return [nodes.a(each), nodes.b(each)].filter(isOpen);
      return kind === kinds.concat || kind === kinds.or || kind === kinds.and ? nodes.parts(each).filter(isOpen) : [];
    };
    partsFirst(expr, openParts, (each) => {
      known(this.#sure, each, () => this.#computeSure(each));
      known(this.#endless, each, () => this.#computeEndless(each));
    });
  }

  #computeSure(expr: number): boolean {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat) {
      let rest = expr;
      for (; this.#isMixed(rest); rest = nodes.b(rest)) if (!this.of(nodes.a(rest))) return false;
      return this.of(rest);
    }
    if (kind === kinds.or) return nodes.parts(expr).some((part) => this.of(part));
    if (kind === kinds.distinct) return leastOf(nodes.c(expr)) === 0 || this.#hasItems(expr);
    if (kind === kinds.begun) return this.of(nodes.a(expr)) && this.hasMoreItems(expr);
    return kind === kinds.and && this.#isEndlessBesideComplements(expr);
  }

  /** Whether it is a sequence with a complement or intersection in it. */
  #isMixed(expr: number): boolean {
    return this.#nodes.kind(expr) === kinds.concat && this.#nodes.has(expr, flags.boolean);
  }

  #hasEndlessPart(list: number): boolean {
    return this.isEndless(this.#nodes.a(list)) || this.isEndless(this.#nodes.b(list));
  }

  /** Of items that differ: whether there are as many as it takes. */
  #hasItems(list: number): boolean {
    const nodes = this.#nodes;
    const item = nodes.a(list);
    return this.of(nodes.b(list)) && (leastOf(nodes.c(list)) <= 1 ? this.of(item) : this.isEndless(item));
  }

  /** Of an item that has begun: whether what follows it, and enough others, are there. */
  hasMoreItems(expr: number): boolean {
    const nodes = this.#nodes;
    const list = nodes.c(expr);
    return this.of(nodes.b(list)) && (leastOf(nodes.c(list)) <= 1 || this.isEndless(nodes.a(list)));
  }

  /** Of an intersection: whether one part has endlessly many texts, or none, and all others are complements of few. */
  #isEndlessBesideComplements(expr: number): boolean {
    const nodes = this.#nodes;
    let hasOther = false;
    for (const part of nodes.parts(expr)) {
      if (this.leavesLong(part)) continue;
      if (hasOther || !this.isEndless(part)) return false;
      hasOther = true;
    }
    return true;
  }

  /** Whether it is a complement that has every text from some length on. */
  leavesLong(expr: number): boolean {
    const nodes = this.#nodes;
    return nodes.kind(expr) === kinds.not && this.isBounded(nodes.a(expr));
  }

  /** Whether it has infinitely many texts; false says nothing. */
  isEndless(expr: number): boolean {
    const nodes = this.#nodes;
    if (!nodes.has(expr, flags.boolean)) return nodes.kind(expr) !== kinds.none && !this.isBounded(expr);
    this.#lookInside(expr);
    return known(this.#endless, expr, () => this.#computeEndless(expr));
  }

  #computeEndless(expr: number): boolean {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat) {
      if (!this.of(expr)) return false;
      let rest = expr;
      for (; this.#isMixed(rest); rest = nodes.b(rest)) if (this.isEndless(nodes.a(rest))) return true;
      return this.isEndless(rest);
    }
    if (kind === kinds.or) return nodes.parts(expr).some((part) => this.isEndless(part));
    if (kind === kinds.distinct) return this.of(expr) && this.#hasEndlessPart(expr);
    if (kind === kinds.begun)
      return this.of(expr) && (this.isEndless(nodes.a(expr)) || this.isEndless(nodes.b(nodes.c(expr))));
    return kind === kinds.and && this.#isEndlessBesideComplements(expr);
  }

  /** Whether there is a length that no text of it has, as far as its form shows. */
  isBounded(expr: number): boolean {
    const known = this.#bounded.get(expr);
    if (known !== undefined) return known;
    const nodes = this.#nodes;
    // from its end on: a sequence is as long as the text that it spells
    const tails: number[] = [];
    let rest = expr;
    for (; nodes.kind(rest) === kinds.concat && !this.#bounded.has(rest); rest = nodes.b(rest)) tails.push(rest);
    let isBounded = this.#bounded.get(rest) ?? this.#computeBounded(rest);
    this.#bounded.set(rest, isBounded);
    for (const tail of tails.reverse()) {
      isBounded &&= this.isBounded(nodes.a(tail));
      this.#bounded.set(tail, isBounded);
    }
    return isBounded;
  }

  #computeBounded(expr: number): boolean {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    if (kind === kinds.or) return nodes.parts(expr).every((part) => this.isBounded(part));
    if (kind === kinds.and) return nodes.parts(expr).some((part) => this.isBounded(part));
    if (kind === kinds.repeat) return nodes.c(expr) !== endless && this.isBounded(nodes.a(expr));
    if (kind === kinds.distinct)
      return mostOf(nodes.c(expr)) !== endless && this.isBounded(nodes.a(expr)) && this.isBounded(nodes.b(expr));
    if (kind === kinds.begun) return this.isBounded(nodes.a(expr)) && this.isBounded(nodes.c(expr));
    return kind !== kinds.not && kind !== kinds.multiple;
  }
}

function known(answers: Map<number, boolean>, expr: number, compute: () => boolean): boolean {
  let answer = answers.get(expr);
  if (answer === undefined) answers.set(expr, (answer = compute()));
  return answer;
}
