/** A plain reader of text automata: every beginning of a match is walked by itself. Slow and obvious. */
import { besides, type TextAutomaton } from "@tokenmill/contracts";

export interface FirstMatch {
  readonly pattern: number;
  /** In bytes. */
  readonly start: number;
  readonly end: number;
}

const encoder = new TextEncoder();

/** The match that is known first, of those that end together the longest. */
export function firstMatch(automaton: TextAutomaton, text: string): FirstMatch | undefined {
  const bytes = encoder.encode(text);
  const beside = (at: number): number => {
    const byte = bytes[at];
    if (byte === undefined) return besides.nothing;
    return /\w/.test(String.fromCharCode(byte)) ? besides.word : besides.other;
  };
  for (let end = 1; end <= bytes.length; end++) {
    for (const patternIn of [
      (state: number): number => automaton.accepts[state]!,
      (state: number): number => automaton.acceptsBefore[state * 3 + beside(end)] ?? -1,
    ]) {
      for (let start = 0; start < end; start++) {
        const state = stateAfter(automaton, automaton.starts[beside(start - 1)]!, bytes.subarray(start, end));
        if (state >= 0 && patternIn(state) >= 0) return { pattern: patternIn(state), start, end };
      }
    }
  }
  return undefined;
}

function stateAfter({ classes, transitions, accepts }: TextAutomaton, begin: number, bytes: Uint8Array): number {
  const classCount = transitions.length / accepts.length;
  let state = begin;
  for (const byte of bytes) state = state < 0 ? state : transitions[state * classCount + classes[byte]!]!;
  return state;
}
