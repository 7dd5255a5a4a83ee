/** What text is searched for, as who compiles it and who searches have it. */

/** A regular expression, of the same dialect as that of a grammar. */
export interface SearchPattern {
  readonly pattern: string;
  /** Flag `i`. Absent: false. */
  readonly ignoreCase?: boolean;
}

/** What stands beside a match: nothing, where the text begins or ends; a word character, which is `[0-9A-Z_a-z]`; another one. */
export const besides = { nothing: 0, word: 1, other: 2 } as const;
export type Beside = (typeof besides)[keyof typeof besides];

/**
 * Patterns as a deterministic automaton over the bytes of UTF-8, from the first byte of a match on: plain data that can be
 * cloned. Matches are whole characters, and not empty. It ends with the first match: nothing leads out of a state in which one is complete whatever follows.
 */
export interface TextAutomaton {
  /** By byte: its class. u8[256] */
  readonly classes: Uint8Array;
  /** By state, then by class: the state after a byte, −1 where no match can be completed. i32[states × classes] */
  readonly transitions: Int32Array;
  /** By state: the pattern that the bytes so far match, the first of several; −1: none. i32[states] */
  readonly accepts: Int32Array;
  /**
   * By state, then by what stands behind the bytes so far: the pattern that they match if that does, as `$` and `\b` ask;
   * −1: none. Without entries: no pattern asks. i32[states × 3], or i32[0]
   */
  readonly acceptsBefore: Int32Array;
  /** By what stands before: the state in which a match begins. i32[3] */
  readonly starts: Int32Array;
}
