/** Rules and lexemes while they are made. */
import type { Budget } from "../budget/budget.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { CountBounds, Lexeme, RuleEdge } from "../rules/grammarRules.ts";
import { type Key, KeyLexeme } from "../rules/keys.ts";

export type RuleSymbol = RuleEdge["symbol"];

export interface BodyState {
  edges: RuleEdge[];
  also: number | undefined;
  isAccepting: boolean;
}

export class RuleBody {
  readonly name: string;
  readonly states: BodyState[] = [];
  /** Whether an edge counts, or depends on the count. */
  isCounted = false;
  readonly #budget: Budget;

  constructor(name: string, budget: Budget) {
    this.name = name;
    this.#budget = budget;
  }

  addState(isAccepting: boolean = false): number {
    return this.states.push({ edges: [], also: undefined, isAccepting }) - 1;
  }

  addEdge(from: number, symbol: RuleSymbol, target: number, more: EdgeExtras = {}): void {
    this.#budget.spend(1);
    const { ifCount, counts, once, isDistinct } = more;
    // all of one shape: code that reads edges is compiled for it once
    this.states[from]!.edges.push({ symbol, target, ifCount, counts, once, isDistinct });
    if (counts || ifCount) this.isCounted = true;
  }

  /** All edges of another state, which may still get some. */
  addEdgesOf(to: number, other: number): void {
    this.states[to]!.also = other;
  }
}

export interface EdgeExtras {
  readonly ifCount?: CountBounds;
  readonly counts?: boolean;
  readonly once?: number;
  readonly isDistinct?: boolean;
}

export class LexemeTable {
  readonly lexemes: Lexeme[] = [];
  readonly #expressions: Expressions;
  readonly #numbers = new Map<Expr, RuleSymbol>();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
  }

  add(expression: Expr, name: string): RuleSymbol {
    let symbol = this.#numbers.get(expression);
    if (!symbol) this.#numbers.set(expression, (symbol = this.#push({ name, expression })));
    return symbol;
  }

  addKey(key: Key, name: string): RuleSymbol {
    return this.#push(new KeyLexeme(name, key, this.#expressions));
  }

  #push(lexeme: Lexeme): RuleSymbol {
    return { lexeme: this.lexemes.push(lexeme) - 1 };
  }
}
