/** Rules as an image: what has no text is left out, so that every item of a parser's row can come to an end. */
import type { Budget } from "../budget/budget.ts";
import type { Expressions } from "../regex/expressions.ts";
import type { GrammarRules, Lexeme, Rule, RuleEdge } from "../rules/grammarRules.ts";
import { type BodyFacts, prunedFacts, ruleFacts } from "../rules/productive.ts";
import type { GrammarImage, ImageEdges, ImageLexemes, ImageRules, ImageStates } from "./image.ts";
import { packExpressions } from "./packExpressions.ts";

const endless = Number.POSITIVE_INFINITY;

/** @param name of the specification in messages @throws RangeError for a grammar without a text, GrammarBudgetError */
export function compileRules(grammar: GrammarRules, budget: Budget, name: string): GrammarImage {
  const { expressions, lexemes } = grammar;
  expressions.budget = budget;
  const isPruned = grammar.isPruned ?? false;
  const hasText = lexemes.map(
    ({ expression, tokenIds }) => isPruned || tokenIds !== undefined || !expressions.isEmpty(expression),
  );
  const { bodies, isNullable } = isPruned
    ? prunedFacts(grammar, budget)
    : ruleFacts(grammar, (lexeme) => hasText[lexeme]!, budget);
  if (!bodies[grammar.start]) throw new RangeError(`"${name}" expected one that a text can match`);
  const canFollow = ({ symbol }: RuleEdge): boolean =>
    "rule" in symbol ? bodies[symbol.rule] !== undefined : hasText[symbol.lexeme]!;
  const roots = lexemes.map(({ expression }) => expression);
  const { nodes, sets, moduli, places } = packExpressions(expressions, roots);
  const parts = {
    nodes,
    sets,
    moduli,
    lexemes: packLexemes(expressions, lexemes, places),
    ...packBodies(grammar.rules, canFollow),
    rules: packRules(grammar.rules, bodies, isNullable),
    start: grammar.start,
  };
  return { ...parts, sizeBytes: sizeOf(parts) };
}

function sizeOf({ nodes, sets, lexemes, states, edges, rules }: Omit<GrammarImage, "sizeBytes">): number {
  const counts = 40 * states.rules.length + 40 * edges.symbols.length + 20 * rules.firstStates.length;
  return 1000 + nodes.byteLength + sets.byteLength + 10 * lexemes.expressions.length + counts + rules.live.length;
}

function packLexemes(expressions: Expressions, lexemes: readonly Lexeme[], places: readonly number[]): ImageLexemes {
  return {
    expressions: Int32Array.from(places),
    isNullable: Uint8Array.from(lexemes, ({ expression, tokenIds }) =>
      Number(!tokenIds && expressions.isNullable(expression)),
    ),
    isLazy: Uint8Array.from(lexemes, ({ isLazy }) => Number(isLazy ?? false)),
    tokenIds: lexemes.flatMap(({ tokenIds }, lexeme) => (tokenIds ? [[lexeme, tokenIds] as const] : [])),
  };
}

function packBodies(
  rules: readonly Rule[],
  canFollow: (edge: RuleEdge) => boolean,
): { states: ImageStates; edges: ImageEdges } {
  const stateCount = rules.reduce((sum, { states }) => sum + states.length, 0);
  const states = {
    rules: new Int32Array(stateCount),
    isAccepting: new Uint8Array(stateCount),
    bounds: new Float64Array(stateCount * 2),
    also: new Int32Array(stateCount).fill(-1),
    firstEdges: new Int32Array(stateCount + 1),
  };
  const [symbols, targets, flags, once, bounds]: number[][] = [[], [], [], [], []];
  let first = 0;
  let at = 0;
  rules.forEach((rule, index) => {
    for (const { edges, isAccepting, acceptingCount, also } of rule.states) {
      states.rules[at] = index;
      if (also !== undefined) states.also[at] = first + also;
      states.isAccepting[at] = Number(isAccepting);
      states.bounds.set([acceptingCount?.min ?? 0, acceptingCount?.max ?? endless], at * 2);
      for (const edge of edges) {
        if (!canFollow(edge)) continue;
        const { symbol, ifCount } = edge;
        symbols!.push("rule" in symbol ? (symbol.rule << 1) | 1 : symbol.lexeme << 1);
        targets!.push(first + edge.target);
        flags!.push(Number(edge.counts ?? false) | (Number(edge.isDistinct ?? false) << 1));
        once!.push(edge.once ?? -1);
        bounds!.push(ifCount?.min ?? 0, ifCount?.max ?? endless);
      }
      states.firstEdges[++at] = symbols!.length;
    }
    first += rule.states.length;
  });
  const edges = {
    symbols: Int32Array.from(symbols!),
    targets: Int32Array.from(targets!),
    flags: Uint8Array.from(flags!),
    once: Int32Array.from(once!),
    bounds: Float64Array.from(bounds!),
  };
  return { states, edges };
}

function packRules(
  rules: readonly Rule[],
  bodies: readonly (BodyFacts | undefined)[],
  isNullable: readonly boolean[],
): ImageRules {
  const firstStates = new Int32Array(rules.length);
  const firstRuns = new Int32Array(rules.length + 1);
  const runs = bodies.map((body) => body?.runs ?? []);
  const all = runs.flat();
  const runPlaces = new Int32Array(all.length);
  const live = new Uint8Array(all.reduce((sum, run) => sum + run.live.length, 0));
  rules.forEach(({ states }, rule) => {
    firstStates[rule + 1] = firstStates[rule]! + states.length;
    firstRuns[rule + 1] = firstRuns[rule]! + runs[rule]!.length;
  });
  let place = 0;
  all.forEach((run, i) => {
    runPlaces[i] = place;
    live.set(run.live, place);
    place += run.live.length;
  });
  return {
    firstStates,
    firstRuns,
    isNullable: Uint8Array.from(isNullable, Number),
    saturations: Float64Array.from(bodies, (body) => body?.saturation ?? 0),
    runCounts: Float64Array.from(all, ({ from }) => from),
    runPlaces,
    live,
  };
}
