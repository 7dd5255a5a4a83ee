/**
 * What every kind of specification is compiled to: a context-free grammar over lexemes, with rule bodies as automata. Its
 * language is the set of byte strings that are spelled by the lexemes along a path through the start rule.
 */
import type { Expressions, Expr } from "../regex/expressions.ts";
import type { Key } from "./keys.ts";

export interface GrammarRules {
  readonly expressions: Expressions;
  readonly lexemes: readonly Lexeme[];
  readonly rules: readonly Rule[];
  /** Index of the rule that is the whole output. */
  readonly start: number;
  /** Known of it: each lexeme has a text and not the empty one, and each state is on a way to an end. Absent: false. */
  readonly isPruned?: boolean;
}

/** A regular expression over bytes that the parser sees as one symbol. */
export interface Lexeme {
  /** For messages. */
  readonly name: string;
  readonly expression: Expr;
  /** Ends at its first match (free text up to a marker) instead of going on as long as it can. Absent: false. */
  readonly isLazy?: boolean;
  /** Special tokens by id instead of bytes: inclusive ranges; `expression` is then that of no text. */
  readonly tokenIds?: readonly (readonly [first: number, last: number])[];
  /** What `expression` says, where that is the name of a property. */
  readonly key?: Key;
}

/** The body of a rule: an automaton without jumps that read nothing; state 0 is the start. */
export interface Rule {
  readonly name: string;
  readonly states: readonly RuleState[];
  /** Known of it: whether its edges count, or depend on the count. Absent: it is looked for. */
  readonly isCounted?: boolean;
}

export interface RuleState {
  readonly edges: readonly RuleEdge[];
  /** Another state, not accepting, whose edges it has too, and those that that one has from others: no circle. Absent: none. */
  readonly also?: number | undefined;
  readonly isAccepting: boolean;
  /** Where the body counts (array items, properties): accepting only with a count in these inclusive bounds. */
  readonly acceptingCount?: CountBounds;
}

/** A body has one saturating counter, 0 at its start: bounds of any size cost no states. */
export interface CountBounds {
  readonly min: number;
  /** May be Infinity. */
  readonly max: number;
}

export interface RuleEdge {
  readonly symbol: { readonly lexeme: number } | { readonly rule: number };
  readonly target: number;
  /** The edge is there only while the counter, before it, is in these bounds. Absent: always. */
  readonly ifCount?: CountBounds | undefined;
  /** The edge adds 1 to the counter. Absent: false. */
  readonly counts?: boolean | undefined;
  /** Edges with the same number are taken at most once, all together, in a run of the body. Absent: as often as it likes. */
  readonly once?: number | undefined;
  /** What the edge's lexeme reads must differ from all that such edges read in the same run of the body. Absent: false. */
  readonly isDistinct?: boolean | undefined;
}

/** The edges of a state, those too that it has from others. */
export function edgesOf(states: readonly RuleState[], state: number): RuleEdge[] {
  const edges: RuleEdge[] = [];
  for (let at: number | undefined = state; at !== undefined; at = states[at]!.also) edges.push(...states[at]!.edges);
  return edges;
}
