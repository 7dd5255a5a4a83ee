/** Rules as an image: what has no text is left out, so that every item of a parser's row can come to an end. */
import type { Budget } from "../budget/budget.ts";
import type { GrammarRules, RuleEdge } from "../rules/grammarRules.ts";
import { ruleFacts } from "../rules/productive.ts";
import type { GrammarImage, ImageEdge, ImageState } from "./image.ts";
import { packExpressions } from "./packExpressions.ts";

/** About how much an edge, a state and a lexeme take, beside typed arrays. */
const [edgeBytes, stateBytes, lexemeBytes] = [100, 100, 200];

/** @param name of the specification in messages @throws RangeError for a grammar without a text, GrammarBudgetError */
export function compileRules(rules: GrammarRules, budget: Budget, name: string): GrammarImage {
  const { expressions, lexemes } = rules;
  expressions.budget = budget;
  const hasText = lexemes.map(({ expression, tokenIds }) => tokenIds !== undefined || !expressions.isEmpty(expression));
  const { bodies, isNullable } = ruleFacts(rules, (lexeme) => hasText[lexeme]!, budget);
  if (!bodies[rules.start]) throw new RangeError(`"${name}" expected one that a text can match`);
  const firstStates: number[] = [];
  let count = 0;
  for (const { states } of rules.rules) {
    firstStates.push(count);
    count += states.length;
  }
  const states = rules.rules.flatMap(({ states: all }, rule): ImageState[] =>
    all.map(({ edges, isAccepting, acceptingCount }) => ({
      rule,
      isAccepting,
      min: acceptingCount?.min ?? 0,
      max: acceptingCount?.max ?? Number.POSITIVE_INFINITY,
      edges: edges.filter((edge) => canFollow(edge)).map((edge) => imageEdge(edge, firstStates[rule]!)),
    })),
  );
  const { nodes, sets, moduli, places } = packExpressions(
    expressions,
    lexemes.map(({ expression }) => expression),
  );
  const edgeCount = states.reduce((sum, { edges }) => sum + edges.length, 0);
  return {
    nodes,
    sets,
    moduli,
    lexemes: lexemes.map((lexeme, i) => ({ ...lexeme, expression: places[i]! })),
    states,
    rules: bodies.map((body, rule) => ({
      firstState: firstStates[rule]!,
      isNullable: isNullable[rule]!,
      saturation: body?.saturation ?? 0,
      runs: body?.runs ?? [],
    })),
    start: rules.start,
    sizeBytes:
      nodes.byteLength +
      sets.byteLength +
      edgeCount * edgeBytes +
      states.length * stateBytes +
      lexemes.length * lexemeBytes,
  };

  function canFollow({ symbol }: RuleEdge): boolean {
    return "rule" in symbol ? bodies[symbol.rule] !== undefined : hasText[symbol.lexeme]!;
  }
}

function imageEdge({ symbol, target, ifCount, counts, once, isDistinct }: RuleEdge, firstState: number): ImageEdge {
  return {
    isRule: "rule" in symbol,
    symbol: "rule" in symbol ? symbol.rule : symbol.lexeme,
    target: firstState + target,
    min: ifCount?.min ?? 0,
    max: ifCount?.max ?? Number.POSITIVE_INFINITY,
    counts: counts ?? false,
    once: once ?? -1,
    isDistinct: isDistinct ?? false,
  };
}
