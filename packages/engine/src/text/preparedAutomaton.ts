/** A text automaton as searches read it; all searches for it share one. */
import { type Beside, besides, type TextAutomaton } from "@tokenmill/core";

export interface PreparedAutomaton {
  readonly automaton: TextAutomaton;
  readonly classCount: number;
  /** By what stands before, then by byte: the state after the first byte of a match, −1: none begins with it. i32[3 × 256] */
  readonly firsts: Int32Array;
  readonly looksAhead: boolean;
  /** By state: in which step a match was last followed into it. f64[states] */
  readonly seen: Float64Array;
  /** Steps of all searches. */
  step: number;
}

const known = new WeakMap<TextAutomaton, PreparedAutomaton>();

export function prepare(automaton: TextAutomaton): PreparedAutomaton {
  let prepared = known.get(automaton);
  if (!prepared) {
    const { classes, transitions, accepts, acceptsBefore, starts } = automaton;
    const classCount = transitions.length / accepts.length;
    const firsts = Int32Array.from({ length: 3 * 256 }, (_, at) => {
      return transitions[starts[at >> 8]! * classCount + classes[at & 255]!]!;
    });
    const seen = new Float64Array(accepts.length);
    prepared = { automaton, classCount, firsts, looksAhead: acceptsBefore.length > 0, seen, step: 0 };
    known.set(automaton, prepared);
  }
  return prepared;
}

/** By byte: what stands there. */
export const besideOf: readonly Beside[] = Array.from({ length: 256 }, (_, byte) =>
  /[0-9A-Z_a-z]/.test(String.fromCharCode(byte)) ? besides.word : besides.other,
);
