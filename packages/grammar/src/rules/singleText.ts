/**
 * A grammar as one regular expression, so that a whole value is one lexeme. It has no text that the grammar has not; what it
 * leaves out: rules inside themselves more than `mostLevels` times, and a second lexeme of those that must differ from each
 * other in one run of a body.
 */
import type { Budget } from "../budget/budget.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import { componentsOf } from "./components.ts";
import { CountedBody } from "./counts.ts";
import { edgesOf, type GrammarRules, type Rule, type RuleEdge } from "./grammarRules.ts";

/** Most times that a recursive rule stands inside itself. */
export const mostLevels = 3;
/** Most places of a body: its states by their counts. */
const mostPlaces = 10_000;
/** Most places that are reached from each other: what is left of them grows with the third power of their number. */
const mostTogether = 64;

/** A body that cannot be written as one expression. */
export class SizeError extends RangeError {
  override readonly name = "SizeError";
}

/** @throws SizeError, GrammarBudgetError */
export function singleText(grammar: GrammarRules, budget: Budget): Expr {
  const { expressions, lexemes, rules, start } = grammar;
  const named = rules.map(({ states }) =>
    states.flatMap(({ edges }) => edges.flatMap(({ symbol }) => ("rule" in symbol ? [symbol.rule] : []))),
  );
  const found: Expr[] = rules.map(() => expressions.none);
  const symbolText = ({ symbol }: RuleEdge): Expr =>
    "rule" in symbol ? found[symbol.rule]! : lexemes[symbol.lexeme]!.expression;
  for (const component of componentsOf(named)) {
    const isRecursive = component.length > 1 || named[component[0]!]!.includes(component[0]!);
    // each level is made of the one before, of all rules that are recursive through each other
    for (let level = 0; level < (isRecursive ? mostLevels : 1); level++) {
      const made = component.map((rule) => new BodyText(expressions, rules[rule]!, symbolText, budget).text());
      component.forEach((rule, index) => (found[rule] = made[index]!));
    }
  }
  return found[start]!;
}

/** A state with a count, and whether a lexeme that must differ from others was read. */
interface Place {
  readonly state: number;
  readonly count: number;
  readonly hasRead: boolean;
  /** By target: what leads there. */
  readonly ways: Map<number, Expr>;
}

class BodyText {
  readonly #expressions: Expressions;
  readonly #body: CountedBody;
  readonly #places: Place[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(expressions: Expressions, rule: Rule, symbolText: (edge: RuleEdge) => Expr, budget: Budget) {
    this.#expressions = expressions;
    this.#body = new CountedBody(rule, (edge) => symbolText(edge) !== expressions.none);
    this.#place(0, 0, false);
    for (const { state, count, hasRead, ways } of this.#places) {
      budget.spend(1);
      for (const { edge, count: after } of this.#body.edges(state, count)) {
        if (edge.isDistinct === true && hasRead) continue;
        const target = this.#place(edge.target, after, hasRead || edge.isDistinct === true);
        ways.set(target, this.#or(ways.get(target), symbolText(edge)));
      }
    }
  }

  /** Of places that are reached from each other each is written without itself and put into the others (Arden, IRE Trans. 1961). */
  text(): Expr {
    const expressions = this.#expressions;
    const texts: Expr[] = [];
    for (const component of componentsOf(this.#places.map(({ ways }) => [...ways.keys()]))) {
      if (component.length > mostTogether) throw new SizeError("has too many parts that lead to each other");
      const within = new Set(component);
      const rests = new Map(component.map((place) => [place, this.#rest(place, within, texts)]));
      const loops = new Map(component.map((place) => [place, inside(this.#places[place]!.ways, within)]));
      for (const place of component) {
        const own = loops.get(place)!;
        const again = expressions.repeat(own.get(place) ?? expressions.none, 0, Number.POSITIVE_INFINITY);
        own.delete(place);
        for (const [target, way] of own) own.set(target, expressions.concat([again, way]));
        rests.set(place, expressions.concat([again, rests.get(place)!]));
        for (const other of component) {
          const ways = loops.get(other)!;
          const there = ways.get(place);
          if (other === place || there === undefined) continue;
          ways.delete(place);
          for (const [target, way] of own)
            ways.set(target, this.#or(ways.get(target), expressions.concat([there, way])));
          rests.set(other, this.#or(rests.get(other), expressions.concat([there, rests.get(place)!])));
        }
      }
      for (const place of component) texts[place] = rests.get(place)!;
    }
    return texts[0]!;
  }

  /** What follows along ways out of the component. */
  #rest(place: number, within: ReadonlySet<number>, texts: readonly Expr[]): Expr {
    const { state, count, ways } = this.#places[place]!;
    const parts = this.#body.isAccepting(state, count) ? [this.#expressions.empty] : [];
    for (const [target, way] of ways) {
      if (!within.has(target)) parts.push(this.#expressions.concat([way, texts[target]!]));
    }
    return this.#expressions.or(parts);
  }

  #or(before: Expr | undefined, more: Expr): Expr {
    return before === undefined ? more : this.#expressions.or([before, more]);
  }

  #place(state: number, count: number, hasRead: boolean): number {
    const key = `${state} ${count} ${hasRead}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#places.push({ state, count, hasRead, ways: new Map() }) - 1;
      if (number >= mostPlaces) throw new SizeError("has too many parts");
      this.#numbers.set(key, number);
    }
    return number;
  }
}

function inside(ways: ReadonlyMap<number, Expr>, within: ReadonlySet<number>): Map<number, Expr> {
  return new Map([...ways].filter(([target]) => within.has(target)));
}

/** Whether a text may be read in more than one way, as far as the form shows: two ways on from one state that begin alike. */
export function isAmbiguous({ rules }: GrammarRules): boolean {
  return rules.some(({ states }) =>
    states.some((_, state) => {
      const symbols = edgesOf(states, state).map(({ symbol }) => ("rule" in symbol ? -1 : symbol.lexeme));
      return new Set(symbols).size < symbols.length;
    }),
  );
}
