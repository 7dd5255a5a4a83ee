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
import type { RuleBody } from "./ruleBody.ts";

/** @param lexemes each of some text @throws EmptySchemaError if the first rule derives nothing */
export function prune(
  expressions: Expressions,
  lexemes: readonly Lexeme[],
  bodies: readonly RuleBody[],
  budget: Budget,
): GrammarRules {
  const ends: (readonly CountSet[])[] = [];
  /** Looked at when all that they name was known to be productive. */
  const areWhole = bodies.map(() => false);
  const isProductive = bodies.map(() => false);
  const canRead = ({ symbol }: RuleEdge): boolean => "lexeme" in symbol || isProductive[symbol.rule]!;
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (let index = bodies.length - 1; index >= 0; index--) {
      if (isProductive[index]) continue;
      const found = endingCounts(bodies[index]!, canRead, budget);
      if (!hasCount(found[0]!, 0)) continue;
      ends[index] = found;
      areWhole[index] = bodies[index]!.states.every(({ edges }) => edges.every(canRead));
      isProductive[index] = hasChanged = true;
    }
  }
  if (!isProductive[0]) throw new EmptySchemaError();
  bodies.forEach((body, index) => {
    if (isProductive[index] && !areWhole[index]) ends[index] = endingCounts(body, canRead, budget);
  });
  const kept = bodies.map((body, index) => (isProductive[index] ? keptEdges(body, ends[index]!, canRead) : []));
  return renumber(expressions, lexemes, bodies, kept, ends);
}

function keptEdges(body: RuleBody, ends: readonly CountSet[], canRead: (edge: RuleEdge) => boolean): RuleEdge[][] {
  const isCounted = body.states.some(({ edges }) => edges.some(({ counts }) => counts));
  if (!isCounted) return body.states.map(({ edges }) => edgesAtZero(edges, ends, canRead));
  const kept = (edge: RuleEdge): RuleEdge[] => {
    const { ifCount, ...rest } = edge;
    const target = ends[edge.target]!;
    const after = edge.counts ? lowerCounts(target, 1) : target;
    const allowed = ifCount ? meetCounts([ifCount], after) : after;
    return isAllFrom(allowed, 0) ? [rest] : allowed.map((bounds) => ({ ...rest, ifCount: bounds }));
  };
  return body.states.map(({ edges }) => edges.filter(canRead).flatMap(kept));
}

/** Where nothing counts. */
function edgesAtZero(
  edges: readonly RuleEdge[],
  ends: readonly CountSet[],
  canRead: (edge: RuleEdge) => boolean,
): RuleEdge[] {
  const found: RuleEdge[] = [];
  for (const edge of edges) {
    if (!canRead(edge) || !hasCount(ends[edge.target]!, 0)) continue;
    if (edge.ifCount === undefined) {
      found.push(edge);
      continue;
    }
    const { ifCount, ...rest } = edge;
    if (ifCount.min === 0) found.push(rest);
  }
  return found;
}

function isBare({ ifCount, counts, once, isDistinct }: RuleEdge): boolean {
  return ifCount === undefined && counts === undefined && once === undefined && isDistinct === undefined;
}

/** Only rules, states and lexemes that are reached from the first rule. */
function renumber(
  expressions: Expressions,
  lexemes: readonly Lexeme[],
  bodies: readonly RuleBody[],
  kept: readonly (readonly RuleEdge[][])[],
  ends: readonly (readonly CountSet[])[],
): GrammarRules {
  const ruleNumbers = new Map([[0, 0]]);
  const lexemeNumbers = new Map<number, number>();
  const numberOf = (numbers: Map<number, number>, index: number): number => {
    let number = numbers.get(index);
    if (number === undefined) numbers.set(index, (number = numbers.size));
    return number;
  };
  const rules: Rule[] = [];
  // the map grows while it is walked
  for (const index of ruleNumbers.keys()) {
    const stateNumbers = new Map([[0, 0]]);
    const states: Rule["states"][number][] = [];
    for (const state of stateNumbers.keys()) {
      const edges = kept[index]![state]!.map((edge): RuleEdge => {
        const symbol =
          "lexeme" in edge.symbol
            ? { lexeme: numberOf(lexemeNumbers, edge.symbol.lexeme) }
            : { rule: numberOf(ruleNumbers, edge.symbol.rule) };
        const target = numberOf(stateNumbers, edge.target);
        // few say more, and a copy of all that an edge may say takes long
        return isBare(edge) ? { symbol, target } : { ...edge, symbol, target };
      });
      const { also, isAccepting } = bodies[index]!.states[state]!;
      const leads = also !== undefined && ends[index]![also]!.length > 0;
      states.push({ edges, isAccepting, also: leads ? numberOf(stateNumbers, also) : undefined });
    }
    rules.push({ name: bodies[index]!.name, states });
  }
  const named = Array.from(lexemeNumbers.keys(), (index) => lexemes[index]!);
  return { expressions, lexemes: named, rules, start: 0, isPruned: true };
}
