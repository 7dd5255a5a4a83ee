/**
 * A compiled grammar as flat data: nothing in it changes any more, and it can be sent to other threads. Expressions are
 * numbered anew, parts before what they are part of; rule bodies are cut down to what can still end.
 */
import type { Run } from "../rules/counts.ts";
import type { Lexeme } from "../rules/grammarRules.ts";

/** Edges of one state; see `RuleEdge`. */
export interface ImageState {
  readonly rule: number;
  readonly isAccepting: boolean;
  /** Bounds of the count for accepting; both 0 and Infinity where there are none. */
  readonly min: number;
  readonly max: number;
  readonly edges: readonly ImageEdge[];
}

export interface ImageEdge {
  readonly isRule: boolean;
  /** Index of the lexeme or rule. */
  readonly symbol: number;
  /** Index of the state. */
  readonly target: number;
  readonly min: number;
  readonly max: number;
  readonly counts: boolean;
  /** −1 where there is none. */
  readonly once: number;
  readonly isDistinct: boolean;
}

interface ImageRule {
  readonly firstState: number;
  readonly isNullable: boolean;
  readonly saturation: number;
  readonly runs: readonly Run[];
}

export interface GrammarImage {
  /** Kind and three fields of each expression, as in `Nodes`. i32[4 · nodes] */
  readonly nodes: Int32Array;
  /** Bits of the sets of bytes that they name. u32[8 · sets] */
  readonly sets: Uint32Array;
  readonly moduli: readonly number[];
  /** `expression` is a place in `nodes`. */
  readonly lexemes: readonly Lexeme[];
  readonly states: readonly ImageState[];
  readonly rules: readonly ImageRule[];
  readonly start: number;
  /** About how much memory it takes. */
  readonly sizeBytes: number;
}
