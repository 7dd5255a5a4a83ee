/**
 * A compiled grammar as flat data: nothing in it changes any more, and it can be sent to other threads at the cost of a
 * copy. Expressions are numbered anew, parts before what they are part of; rule bodies are cut down to what can still end.
 * Infinity stands for bounds that are not there.
 */
import type { TokenRanges } from "../lexer/lexer.ts";

export interface GrammarImage {
  /** Kind and three fields of each expression, as in `Nodes`. i32[4 · nodes] */
  readonly nodes: Int32Array;
  /** Bits of the sets of bytes that they name. u32[8 · sets] */
  readonly sets: Uint32Array;
  readonly moduli: readonly number[];
  readonly lexemes: ImageLexemes;
  readonly keys: ImageKeys;
  readonly states: ImageStates;
  readonly edges: ImageEdges;
  readonly rules: ImageRules;
  readonly start: number;
  /** About how much memory it takes. */
  readonly sizeBytes: number;
}

export interface ImageLexemes {
  /** By lexeme: its place in `nodes`; of a key, that of what follows the name. */
  readonly expressions: Int32Array;
  /** By lexeme: 1 for one that has the empty text. */
  readonly isNullable: Uint8Array;
  /** By lexeme: 1 for one that ends at its first match. */
  readonly isLazy: Uint8Array;
  /** Of lexemes that are tokens instead of texts. */
  readonly tokenIds: readonly (readonly [lexeme: number, ranges: TokenRanges])[];
}

/** Lexemes that are names of properties: see `Key`. */
export interface ImageKeys {
  /** UTF-16 of all names, one after the other. */
  readonly texts: Uint16Array;
  /** By name: where its text begins, and where the last one ends. */
  readonly firstUnits: Int32Array;
  /** Of all keys, one after the other. */
  readonly names: Int32Array;
  /** By lexeme: where its names begin, and where the last ones end; none for one that is no key. */
  readonly firstNames: Int32Array;
  /** By lexeme: the place of what its names are left out of; −1 for one that is no key, or its only name. */
  readonly outOf: Int32Array;
}

export interface ImageStates {
  readonly rules: Int32Array;
  readonly isAccepting: Uint8Array;
  /** By state: least and largest count for accepting. f64[2 · states] */
  readonly bounds: Float64Array;
  /** By state: another whose edges it has too, −1 where there is none. */
  readonly also: Int32Array;
  /** By state: its first edge, and where the last edges end. */
  readonly firstEdges: Int32Array;
}

export interface ImageEdges {
  /** By edge: symbol << 1 | whether it is a rule. */
  readonly symbols: Int32Array;
  /** By edge: a state of all. */
  readonly targets: Int32Array;
  /** By edge: 1 if it counts, 2 if what it reads must differ. */
  readonly flags: Uint8Array;
  /** By edge: −1 where there is none. */
  readonly once: Int32Array;
  /** By edge: least and largest count before it. f64[2 · edges] */
  readonly bounds: Float64Array;
}

export interface ImageRules {
  readonly firstStates: Int32Array;
  readonly isNullable: Uint8Array;
  readonly saturations: Float64Array;
  /** By rule: its first run of counts, and where the last ones end. */
  readonly firstRuns: Int32Array;
  /** By run: the least count. */
  readonly runCounts: Float64Array;
  /** By run: where its flags begin, one for each state of the rule that can still end. */
  readonly runPlaces: Int32Array;
  readonly live: Uint8Array;
}
