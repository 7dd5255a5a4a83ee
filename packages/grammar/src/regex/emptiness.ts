/** Whether an expression has no text at all, which intersections and complements hide: a search that looks for a short one. */
import type { Algebra } from "./algebra.ts";
import type { Derivatives } from "./derivatives.ts";
import { flags } from "./nodes.ts";
import { Shortest } from "./shortest.ts";

/** Longest text that is looked for straight on, before everything is searched. */
const longestGuess = 256;

const answers = { unknown: 0, hasText: 1, isEmpty: 2 } as const;

export class Emptiness {
  readonly #algebra: Algebra;
  readonly #derivatives: Derivatives;
  readonly #shortest: Shortest;
  #known = new Uint8Array(1024);

  constructor(algebra: Algebra, derivatives: Derivatives) {
    this.#algebra = algebra;
    this.#derivatives = derivatives;
    this.#shortest = new Shortest(algebra);
  }

  /** @throws GrammarBudgetError */
  isEmpty(expr: number): boolean {
    const answer = this.#answer(expr);
    if (answer !== answers.unknown) return answer === answers.isEmpty;
    return !this.#guessText(expr) && !this.#findText(expr);
  }

  #answer(expr: number): number {
    const { nodes, none } = this.#algebra;
    if (expr === none) return answers.isEmpty;
    if (!nodes.has(expr, flags.boolean) || nodes.has(expr, flags.nullable)) return answers.hasText;
    return this.#known[expr] ?? answers.unknown;
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

  /** Follows derivatives in the order of what they still need. */
  #findText(start: number): boolean {
    const { nodes } = this.#algebra;
    const from = new Map<number, number>([[start, start]]);
    const stack = [start];
    for (let expr = stack.pop(); expr !== undefined; expr = stack.pop()) {
      const { firstOf } = nodes.partitions.get(nodes.classes(expr));
      const next: number[] = [];
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
        next.push(derivative);
      }
      this.#derivatives.budget.spend(firstOf.length);
      next.sort((a, b) => nodes.minLength(b) - nodes.minLength(a));
      stack.push(...next);
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
