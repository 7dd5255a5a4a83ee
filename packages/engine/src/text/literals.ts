/** Texts as a text automaton: a trie over their characters, whose edges are the bytes of each character and its variants. */
import type { TextAutomaton } from "@tokenmill/core";
import { caseVariants } from "./caseVariants.ts";

const encoder = new TextEncoder();

/**
 * The pattern of a text is its index; in any case where `ignoreCase`. Takes about a state for each byte, of 4 bytes for each
 * byte that the texts have. @param texts well-formed, none empty
 */
export function literalAutomaton(texts: readonly string[], ignoreCase: boolean): TextAutomaton {
  const trie = new Trie();
  for (const [pattern, text] of texts.entries()) {
    let state = 0;
    for (const character of text) {
      // a text that begins with another one is never complete before it
      if (trie.accepts[state]! >= 0) break;
      const code = character.codePointAt(0)!;
      state = trie.after(state, ignoreCase ? caseVariants(code) : [code]);
    }
    if (trie.accepts[state]! < 0) trie.accept(state, pattern);
  }
  return trie.automaton();
}

class Trie {
  /** By state: the states after a byte. */
  readonly #edges: Map<number, number>[] = [new Map()];
  readonly accepts: number[] = [-1];

  /** The state after one of some characters, which no other characters of the state share. */
  after(state: number, codes: readonly number[]): number {
    let target: number | undefined;
    for (const code of codes) {
      const bytes = encoder.encode(String.fromCodePoint(code));
      const last = bytes.length - 1;
      let from = state;
      for (let i = 0; i < last; i++) from = this.#edge(from, bytes[i]!);
      target ??= this.#edge(from, bytes[last]!);
      this.#edges[from]!.set(bytes[last]!, target);
    }
    return target!;
  }

  accept(state: number, pattern: number): void {
    this.accepts[state] = pattern;
    this.#edges[state]!.clear();
  }

  automaton(): TextAutomaton {
    const classes = new Uint8Array(256);
    let classCount = 1;
    for (const edges of this.#edges)
      for (const byte of edges.keys()) if (classes[byte] === 0) classes[byte] = classCount++;
    const transitions = new Int32Array(this.#edges.length * classCount).fill(-1);
    for (const [state, edges] of this.#edges.entries()) {
      for (const [byte, next] of edges) transitions[state * classCount + classes[byte]!] = next;
    }
    const accepts = Int32Array.from(this.accepts);
    return { classes, transitions, accepts, acceptsBefore: new Int32Array(0), starts: new Int32Array(3) };
  }

  #edge(state: number, byte: number): number {
    const edges = this.#edges[state]!;
    let next = edges.get(byte);
    if (next === undefined) {
      next = this.accepts.push(-1) - 1;
      this.#edges.push(new Map());
      edges.set(byte, next);
    }
    return next;
  }
}
