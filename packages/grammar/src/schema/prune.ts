/**
 * Rules without what leads nowhere. A rule that derives no text goes, with all edges that need it; in a body, so do states
 * from which no end is reached, and an edge is there only while the counter still allows an end after it.
 */
import type { Budget } from "../budget/budget.ts";
import type { Expressions } from "../regex/expressions.ts";
import type { GrammarRules, Lexeme, Rule, RuleEdge } from "../rules/grammarRules.ts";
import { endingCounts } from "./endingCounts.ts";
import { type CountSet, hasCount, lowerCounts, meetCounts, isAllFrom } from "./countSets.ts";
import { EmptySchemaError } from "./errors.ts";
import { liveStates } from "./liveStates.ts";
import type { RuleBody } from "./ruleBody.ts";

/** Of a body: by state, from which counts it reaches an end; where nothing counts, 1 if it does. */
type Ends = readonly CountSet[] | Uint8Array;

/** @param lexemes each of some text @throws EmptySchemaError if the first rule derives nothing */
export function prune(
  expressions: Expressions,
  lexemes: readonly Lexeme[],
  bodies: readonly RuleBody[],
  budget: Budget,
): GrammarRules {
  const ends: Ends[] = [];
  /** 1 for those looked at when all that they name was known to be productive. */
  const areWhole = new Uint8Array(bodies.length);
  const isProductive = new Uint8Array(bodies.length);
  const canRead = ({ symbol }: RuleEdge): boolean => "lexeme" in symbol || isProductive[symbol.rule] === 1;
  const endsOf = (body: RuleBody): Ends =>
    body.isCounted ? endingCounts(body, canRead, budget) : liveStates(body, canRead);
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (let index = bodies.length - 1; index >= 0; index--) {
      if (isProductive[index] === 1) continue;
      const found = endsOf(bodies[index]!);
      if (!mayEnd(found, 0)) continue;
      ends[index] = found;
      areWhole[index] = Number(bodies[index]!.states.every(({ edges }) => edges.every(canRead)));
      isProductive[index] = 1;
      hasChanged = true;
    }
  }
  if (isProductive[0] !== 1) throw new EmptySchemaError();
  bodies.forEach((body, index) => {
    if (isProductive[index] === 1 && areWhole[index] !== 1) ends[index] = endsOf(body);
  });
  return renumber(expressions, lexemes, bodies, ends, canRead);
}

/** Whether an end is reached from the state, at a count of 0. */
function mayEnd(ends: Ends, state: number): boolean {
  return ends instanceof Uint8Array ? ends[state] === 1 : hasCount(ends[state]!, 0);
}

function keptEdges(edges: readonly RuleEdge[], ends: Ends, canRead: (edge: RuleEdge) => boolean): readonly RuleEdge[] {
  if (ends instanceof Uint8Array) {
    const isKept = (edge: RuleEdge): boolean => ends[edge.target] === 1 && canRead(edge);
    return edges.every(isKept) ? edges : edges.filter(isKept);
  }
  return edges.filter(canRead).flatMap(({ symbol, target, ifCount: given, counts, once, isDistinct }) => {
    const after = counts ? lowerCounts(ends[target]!, 1) : ends[target]!;
    const allowed = given ? meetCounts([given], after) : after;
    const bounds = isAllFrom(allowed, 0) ? [undefined] : allowed;
    return bounds.map((ifCount) => ({ symbol, target, ifCount, counts, once, isDistinct }));
  });
}

/** Numbers in the order in which they are asked for. */
class Renumbering {
  /** In their new order. */
  readonly kept: number[] = [];
  /** By old number: the new one, −1 before it is asked for. */
  readonly #numbers: Int32Array;

  constructor(count: number) {
    this.#numbers = new Int32Array(count).fill(-1);
  }

  of(index: number): number {
    let number = this.#numbers[index]!;
    if (number < 0) this.#numbers[index] = number = this.kept.push(index) - 1;
    return number;
  }
}

/** Only rules, states and lexemes that are reached from the first rule. */
function renumber(
  expressions: Expressions,
  lexemes: readonly Lexeme[],
  bodies: readonly RuleBody[],
  ends: readonly Ends[],
  canRead: (edge: RuleEdge) => boolean,
): GrammarRules {
  const ruleNumbers = new Renumbering(bodies.length);
  const lexemeNumbers = new Renumbering(lexemes.length);
  const symbolOf = ({ symbol }: RuleEdge): RuleEdge["symbol"] =>
    "lexeme" in symbol ? { lexeme: lexemeNumbers.of(symbol.lexeme) } : { rule: ruleNumbers.of(symbol.rule) };
  const rules: Rule[] = [];
  ruleNumbers.of(0);
  // the lists grow while they are walked
  for (const index of ruleNumbers.kept) {
    const body = bodies[index]!;
    const own = ends[index]!;
    const stateNumbers = new Renumbering(body.states.length);
    const states: Rule["states"][number][] = [];
    stateNumbers.of(0);
    for (const state of stateNumbers.kept) {
      const { edges: given, also, isAccepting } = body.states[state]!;
      const edges: RuleEdge[] = [];
      for (const edge of keptEdges(given, own, canRead)) {
        const { ifCount, counts, once, isDistinct } = edge;
        edges.push({ symbol: symbolOf(edge), target: stateNumbers.of(edge.target), ifCount, counts, once, isDistinct });
      }
      const leads = also !== undefined && reachesEnd(own, also);
      states.push({ edges, isAccepting, also: leads ? stateNumbers.of(also) : undefined });
    }
    rules.push({ name: body.name, states, isCounted: body.isCounted });
  }
  const named = lexemeNumbers.kept.map((index) => lexemes[index]!);
  return { expressions, lexemes: named, rules, start: 0, isPruned: true };
}

/** At whatever count. */
function reachesEnd(ends: Ends, state: number): boolean {
  return ends instanceof Uint8Array ? ends[state] === 1 : ends[state]!.length > 0;
}
