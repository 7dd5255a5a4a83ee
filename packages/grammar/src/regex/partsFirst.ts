/** Visits what an expression is made of before itself: expressions are nested deeper than calls can be. */

/** @param partsOf those parts that are still to be visited @param visit may be called again for one that was visited */
export function partsFirst(
  expr: number,
  partsOf: (expr: number) => readonly number[],
  visit: (expr: number) => void,
): void {
  const entered = new Set<number>();
  const stack = [expr];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (!entered.has(top)) {
      entered.add(top);
      for (const part of partsOf(top)) if (!entered.has(part)) stack.push(part);
      if (stack.at(-1) !== top) continue;
    }
    stack.pop();
    visit(top);
  }
}

export interface Rewriting {
  /** Whether the expression becomes another at all. */
  has(expr: number): boolean;
  /** Parts that are rewritten before it. */
  partsOf(expr: number): readonly number[];
  /** @param made what a part has become */
  rewrite(expr: number, made: (part: number) => number): number;
}

/** Expressions made of what their parts have become; each once. */
export class Rewritten {
  readonly #rewriting: Rewriting;
  readonly #known = new Map<number, number>();
  readonly #made = (part: number): number => this.#known.get(part) ?? part;

  constructor(rewriting: Rewriting) {
    this.#rewriting = rewriting;
  }

  of(expr: number): number {
    if (!this.#isOpen(expr)) return this.#made(expr);
    const openParts = (each: number): number[] => this.#rewriting.partsOf(each).filter((part) => this.#isOpen(part));
    partsFirst(expr, openParts, (each) => {
      if (this.#isOpen(each)) this.#known.set(each, this.#rewriting.rewrite(each, this.#made));
    });
    return this.#made(expr);
  }

  #isOpen(expr: number): boolean {
    return this.#rewriting.has(expr) && !this.#known.has(expr);
  }
}
