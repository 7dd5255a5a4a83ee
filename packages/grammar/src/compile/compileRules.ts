/** Rules as an image: what has no text is left out, so that every item of a parser's row can come to an end. */
import type { Budget } from "../budget/budget.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { GrammarRules, Lexeme, Rule, RuleEdge } from "../rules/grammarRules.ts";
import type { TokenRanges } from "../lexer/lexer.ts";
import { type BodyFacts, prunedFacts, type RuleFacts, ruleFacts } from "../rules/productive.ts";
import type { GrammarImage, ImageEdges, ImageLexemes, ImageRules, ImageStates } from "./image.ts";
import { packExpressions } from "./packExpressions.ts";
import { packKeys } from "./packKeys.ts";

const endless = Number.POSITIVE_INFINITY;

interface Facts extends RuleFacts {
  /** Whether the edge leads somewhere. */
  canFollow(edge: RuleEdge): boolean;
}

/** @param name of the specification in messages @throws RangeError for a grammar without a text, GrammarBudgetError */
export function compileRules(grammar: GrammarRules, budget: Budget, name: string): GrammarImage {
  const { expressions, lexemes } = grammar;
  expressions.budget = budget;
  const { bodies, isNullable, canFollow } = grammar.isPruned
    ? { ...prunedFacts(grammar, budget), canFollow: () => true }
    : textFacts(grammar, budget);
  if (!bodies[grammar.start]) throw new RangeError(`"${name}" expected one that a text can match`);
  const { nodes, sets, moduli, places } = packExpressions(expressions, rootsOf(lexemes));
  const parts = {
    nodes,
    sets,
    moduli,
    lexemes: packLexemes(expressions, lexemes, places),
    keys: packKeys(lexemes, places),
    ...packBodies(grammar.rules, canFollow),
    rules: packRules(grammar.rules, bodies, isNullable),
    start: grammar.start,
  };
  return { ...parts, sizeBytes: sizeOf(parts) };
}

/** Of rules of which nothing is known, and which of their edges lead somewhere. */
function textFacts(grammar: GrammarRules, budget: Budget): Facts {
  const { expressions, lexemes } = grammar;
  const hasText = lexemes.map(({ expression, tokenIds }) => tokenIds !== undefined || !expressions.isEmpty(expression));
  const facts = ruleFacts(grammar, (lexeme) => hasText[lexeme]!, budget);
  const canFollow = ({ symbol }: RuleEdge): boolean =>
    "rule" in symbol ? facts.bodies[symbol.rule] !== undefined : hasText[symbol.lexeme]!;
  return { ...facts, canFollow };
}

/** What the image has of lexemes' expressions: those of keys are made of their names. */
function rootsOf(lexemes: readonly Lexeme[]): Expr[] {
  const roots: Expr[] = [];
  for (const lexeme of lexemes) {
    const { key } = lexeme;
    roots.push(key ? key.tail : lexeme.expression);
    if (key?.outOf !== undefined) roots.push(key.outOf);
  }
  return roots;
}

function sizeOf({ nodes, sets, lexemes, keys, states, edges, rules }: Omit<GrammarImage, "sizeBytes">): number {
  const counts = 40 * states.rules.length + 40 * edges.symbols.length + 20 * rules.firstStates.length;
  const names = keys.texts.byteLength + keys.firstUnits.byteLength + keys.names.byteLength;
  return (
    1000 + nodes.byteLength + sets.byteLength + 18 * lexemes.expressions.length + names + counts + rules.live.length
  );
}

function packLexemes(
  expressions: Expressions,
  lexemes: readonly Lexeme[],
  places: ReadonlyMap<Expr, number>,
): ImageLexemes {
  const packed = {
    expressions: new Int32Array(lexemes.length),
    isNullable: new Uint8Array(lexemes.length),
    isLazy: new Uint8Array(lexemes.length),
    tokenIds: [] as [lexeme: number, ranges: TokenRanges][],
  };
  for (let lexeme = 0; lexeme < lexemes.length; lexeme++) {
    const { key } = lexemes[lexeme]!;
    if (key) {
      packed.expressions[lexeme] = places.get(key.tail)!;
      continue;
    }
    const { expression, tokenIds, isLazy } = lexemes[lexeme]!;
    packed.expressions[lexeme] = places.get(expression)!;
    if (tokenIds) packed.tokenIds.push([lexeme, tokenIds]);
    else if (expressions.isNullable(expression)) packed.isNullable[lexeme] = 1;
    if (isLazy) packed.isLazy[lexeme] = 1;
  }
  return packed;
}

function packBodies(
  rules: readonly Rule[],
  canFollow: (edge: RuleEdge) => boolean,
): { states: ImageStates; edges: ImageEdges } {
  let stateCount = 0;
  let edgeCount = 0;
  for (const rule of rules) {
    stateCount += rule.states.length;
    for (const state of rule.states) for (const edge of state.edges) if (canFollow(edge)) edgeCount++;
  }
  const states = {
    rules: new Int32Array(stateCount),
    isAccepting: new Uint8Array(stateCount),
    bounds: new Float64Array(stateCount * 2),
    also: new Int32Array(stateCount).fill(-1),
    firstEdges: new Int32Array(stateCount + 1),
  };
  const edges = {
    symbols: new Int32Array(edgeCount),
    targets: new Int32Array(edgeCount),
    flags: new Uint8Array(edgeCount),
    once: new Int32Array(edgeCount),
    bounds: new Float64Array(edgeCount * 2),
  };
  let first = 0;
  let [at, edgeAt] = [0, 0];
  rules.forEach((rule, index) => {
    for (const state of rule.states) {
      const { isAccepting, acceptingCount, also } = state;
      states.rules[at] = index;
      if (also !== undefined) states.also[at] = first + also;
      states.isAccepting[at] = Number(isAccepting);
      states.bounds[at * 2] = acceptingCount?.min ?? 0;
      states.bounds[at * 2 + 1] = acceptingCount?.max ?? endless;
      for (const edge of state.edges) if (canFollow(edge)) packEdge(edges, edgeAt++, edge, first);
      states.firstEdges[++at] = edgeAt;
    }
    first += rule.states.length;
  });
  return { states, edges };
}

/** @param first the number of the first state of its rule */
function packEdge(edges: ImageEdges, at: number, edge: RuleEdge, first: number): void {
  const { symbol, target, ifCount, counts, once, isDistinct } = edge;
  edges.symbols[at] = "rule" in symbol ? (symbol.rule << 1) | 1 : symbol.lexeme << 1;
  edges.targets[at] = first + target;
  edges.flags[at] = Number(counts ?? false) | (Number(isDistinct ?? false) << 1);
  edges.once[at] = once ?? -1;
  edges.bounds[at * 2] = ifCount?.min ?? 0;
  edges.bounds[at * 2 + 1] = ifCount?.max ?? endless;
}

function packRules(
  rules: readonly Rule[],
  bodies: readonly (BodyFacts | undefined)[],
  isNullable: readonly boolean[],
): ImageRules {
  let [runCount, flagCount] = [0, 0];
  for (const body of bodies) {
    for (const { live } of body?.runs ?? []) {
      runCount++;
      flagCount += live.length;
    }
  }
  const packed = {
    firstStates: new Int32Array(rules.length),
    firstRuns: new Int32Array(rules.length + 1),
    isNullable: new Uint8Array(rules.length),
    saturations: new Float64Array(rules.length),
    runCounts: new Float64Array(runCount),
    runPlaces: new Int32Array(runCount),
    live: new Uint8Array(flagCount),
  };
  let [first, run, place] = [0, 0, 0];
  for (let rule = 0; rule < rules.length; rule++) {
    const body = bodies[rule];
    packed.firstStates[rule] = first;
    first += rules[rule]!.states.length;
    packed.isNullable[rule] = Number(isNullable[rule]);
    packed.saturations[rule] = body?.saturation ?? 0;
    for (const { from, live } of body?.runs ?? []) {
      packed.runCounts[run] = from;
      packed.runPlaces[run++] = place;
      packed.live.set(live, place);
      place += live.length;
    }
    packed.firstRuns[rule + 1] = run;
  }
  return packed;
}
