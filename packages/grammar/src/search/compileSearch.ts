/**
 * Patterns as one automaton that searches read: its states are what may follow of each pattern, by derivatives. It ends where
 * a match is complete, so that repetitions at the end of a pattern cost nothing.
 */
import { asRefusal, refusalOf, refuseBecause } from "@tokenmill/check";
import { besides, type SearchPattern, type TextAutomaton } from "@tokenmill/contracts";
import { type Budget, GrammarBudgetError } from "../budget/budget.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { Nodes } from "../regex/nodes.ts";
import { bytesBehind, type Matches, matchesOf } from "./matches.ts";
import { packAutomaton, type SearchState } from "./packAutomaton.ts";

/** Each is a place where a match may be open, and costs a search a step for each byte. */
const mostStates = 8192;
/** Of the table of transitions, 4 bytes each. */
const mostTransitions = 2 ** 21;

/** A bit for each of `besides`. */
const everyBeside = 7;

/** What may follow of a pattern with something behind it; in rising order of both. */
interface Part {
  readonly pattern: number;
  /** One of `besides`; undefined: anything. */
  readonly behind: number | undefined;
  readonly rest: Expr;
}

export interface SearchOptions {
  /** How messages call the list of patterns. */
  readonly param: string;
  readonly budget: Budget;
  readonly expressions: Expressions;
}

/** @throws TypeError, RangeError for a pattern that is none, GrammarBudgetError */
export function compileSearch(
  patterns: readonly SearchPattern[],
  { param, budget, expressions }: SearchOptions,
): TextAutomaton {
  expressions.budget = budget;
  const all = patterns.map((pattern, i) => named(`${param}[${i}]`, () => checkedMatches(pattern, expressions)));
  return new SearchCompiler(all, { param, budget, expressions }).automaton();
}

/** Refusals of the part that compiles are refusals of the pattern. */
function named<T>(name: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    const refusal = refusalOf(error, () => name);
    if (!refusal) throw error;
    throw asRefusal(new RangeError(refusal.message), name, (spelled) => refusalOf(error, () => spelled(name))!.message);
  }
}

function checkedMatches(pattern: SearchPattern, expressions: Expressions): Matches {
  const matches = matchesOf(pattern, expressions);
  const every = matches.begins.flat();
  const isMatched = matches.begins.some((exprs) => exprs.some((expr, i) => accepts(expressions, expr, i)));
  if (isMatched) refuseBecause("regex", "expected one that does not match the empty text", false);
  if (every.every((expr) => expressions.isEmpty(expr)))
    refuseBecause("regex", "expected one that matches some text", false);
  return matches;
}

/** Whether the match may end here, before what stands behind. */
function accepts(expressions: Expressions, rest: Expr, behind: number): boolean {
  const byte = bytesBehind[behind];
  return expressions.isNullable(byte === undefined ? rest : expressions.derive(rest, byte));
}

class SearchCompiler {
  readonly #options: SearchOptions;
  readonly #nodes: Nodes;
  readonly #states: SearchState[] = [];
  readonly #parts: (readonly Part[])[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #starts: readonly number[];
  /** The partition of bytes that is as fine as all that states tell apart. */
  #classes: number;

  constructor(all: readonly Matches[], options: SearchOptions) {
    this.#options = options;
    this.#nodes = options.expressions.nodes;
    this.#classes = this.#nodes.partitions.whole;
    this.#starts = Object.values(besides).map((before) => {
      const parts = all.flatMap(({ begins }, pattern) => {
        const exprs = begins[before]!;
        return exprs.map((rest, i): Part => ({ pattern, behind: exprs.length === 1 ? undefined : i, rest }));
      });
      return this.#stateOf(parts);
    });
  }

  automaton(): TextAutomaton {
    const { expressions, budget } = this.#options;
    const { partitions } = this.#nodes;
    // the list grows while it is walked
    for (let at = 0; at < this.#states.length; at++) {
      const state = this.#states[at]!;
      if (state.pattern >= 0) continue;
      const parts = this.#parts[at]!;
      const { firstOf } = partitions.get(state.classes);
      state.targets = new Int32Array(firstOf.length);
      for (let i = 0; i < firstOf.length; i++) {
        budget.spend(1 + parts.length);
        const next: Part[] = [];
        for (const { pattern, behind, rest } of parts) {
          const after = expressions.derive(rest, firstOf[i]!);
          if (after !== expressions.none) next.push({ pattern, behind, rest: after });
        }
        state.targets[i] = this.#stateOf(next);
      }
    }
    return packAutomaton(this.#states, { starts: this.#starts, classes: this.#classes, partitions });
  }

  /** The state of these rests, which is added where it is new. */
  #stateOf(parts: readonly Part[]): number {
    let key = "";
    for (const { pattern, behind, rest } of parts) key += `${pattern} ${behind} ${rest},`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#states.length;
      this.#numbers.set(key, number);
      this.#states.push(this.#newState(parts));
      this.#parts.push(parts);
      this.#checkSize();
    }
    return number;
  }

  #newState(parts: readonly Part[]): SearchState {
    const { partitions } = this.#nodes;
    const end = this.#endOf(parts);
    let classes = partitions.whole;
    if (end.pattern < 0) {
      for (const { rest } of parts) classes = partitions.refine(classes, this.#nodes.classes(rest));
    }
    this.#classes = partitions.refine(this.#classes, classes);
    return { ...end, classes, targets: new Int32Array(0) };
  }

  /** Which patterns are complete: whatever stands behind, and by what does. The first of several. */
  #endOf(parts: readonly Part[]): Pick<SearchState, "pattern" | "before"> {
    const before = [-1, -1, -1];
    let complete = 0;
    for (const [i, { pattern, behind, rest }] of parts.entries()) {
      if (pattern !== parts[i - 1]?.pattern) complete = 0;
      if (!accepts(this.#options.expressions, rest, behind ?? besides.nothing)) continue;
      complete |= behind === undefined ? everyBeside : 1 << behind;
      if (complete === everyBeside) return { pattern, before: [-1, -1, -1] };
      if (before[behind!] === -1) before[behind!] = pattern;
    }
    return { pattern: -1, before };
  }

  #checkSize(): void {
    const { param } = this.#options;
    const states = this.#states.length;
    const transitions = states * this.#nodes.partitions.get(this.#classes).firstOf.length;
    if (states <= mostStates && transitions <= mostTransitions) return;
    const most = `${mostStates} states with ${mostTransitions} transitions`;
    throw new GrammarBudgetError(`"${param}" expected patterns that together have at most ${most}: they are too large`);
  }
}
