/** Texts as a text automaton: a trie over their characters, whose edges are the bytes of each character and its variants. */
import type { TextAutomaton } from "@tokenmill/core";
import { caseVariants } from "./caseVariants.ts";

const encoder = new TextEncoder();
/** By texts: of lists that are in use. */
const known = new Map<string, WeakRef<TextAutomaton>>();
const unused = new FinalizationRegistry((key: string) => {
  if (!known.get(key)?.deref()) known.delete(key);
});

/**
 * The pattern of a text is its index; in any case where `ignoreCase`. Takes about a state for each byte, of 4 bytes for each
 * byte that the texts have; equal lists share it. @param texts well-formed, none empty
 */
export function literalAutomaton(texts: readonly string[], ignoreCase: boolean): TextAutomaton {
  const key = JSON.stringify([ignoreCase, texts]);
  let automaton = known.get(key)?.deref();
  if (!automaton) {
    automaton = trieOf(texts, ignoreCase).automaton();
    known.set(key, new WeakRef(automaton));
    unused.register(automaton, key);
  }
  return automaton;
}

function trieOf(texts: readonly string[], ignoreCase: boolean): Trie {
  const trie = new Trie();
  const bytes = new Map<number, readonly Uint8Array[]>();
  const bytesOf = (character: string): readonly Uint8Array[] => {
    const code = character.codePointAt(0)!;
    let all = bytes.get(code);
    if (!all) {
      const codes = ignoreCase ? caseVariants(code) : [code];
      all = codes.map((variant) => encoder.encode(String.fromCodePoint(variant)));
      bytes.set(code, all);
    }
    return all;
  };
  for (const [pattern, text] of texts.entries()) {
    let state = 0;
    for (const character of text) {
      // a text that begins with another one is never complete before it
      if (trie.accepts[state]! >= 0) break;
      state = trie.after(state, bytesOf(character));
    }
    if (trie.accepts[state]! < 0) trie.accept(state, pattern);
  }
  return trie;
}

class Trie {
  /** By state. */
  readonly accepts: number[] = [-1];
  /** By state: the edge that was added last, −1: none. */
  readonly #lastEdges: number[] = [-1];
  /** By edge: its byte, where it leads, and the edge before it of the same state. */
  readonly #bytes: number[] = [];
  readonly #targets: number[] = [];
  readonly #earlier: number[] = [];

  /** The state after one of some characters, which no other characters of the state share. @param characters their bytes */
  after(state: number, characters: readonly Uint8Array[]): number {
    let target: number | undefined;
    for (const bytes of characters) {
      const last = bytes.length - 1;
      let from = state;
      for (let i = 0; i < last; i++) from = this.#step(from, bytes[i]!);
      target = this.#step(from, bytes[last]!, target);
    }
    return target!;
  }

  accept(state: number, pattern: number): void {
    this.accepts[state] = pattern;
    this.#lastEdges[state] = -1;
  }

  automaton(): TextAutomaton {
    const stateCount = this.accepts.length;
    const classes = new Uint8Array(256);
    let classCount = 1;
    this.#forEachEdge((_, byte) => {
      if (classes[byte] === 0) classes[byte] = classCount++;
    });
    const transitions = new Int32Array(stateCount * classCount).fill(-1);
    this.#forEachEdge((state, byte, target) => {
      transitions[state * classCount + classes[byte]!] = target;
    });
    const accepts = Int32Array.from(this.accepts);
    return { classes, transitions, accepts, acceptsBefore: new Int32Array(0), starts: new Int32Array(3) };
  }

  #forEachEdge(visit: (state: number, byte: number, target: number) => void): void {
    for (let state = 0; state < this.#lastEdges.length; state++) {
      for (let edge = this.#lastEdges[state]!; edge >= 0; edge = this.#earlier[edge]!) {
        visit(state, this.#bytes[edge]!, this.#targets[edge]!);
      }
    }
  }

  /** The state after the byte. @param target where no edge leads yet; absent: a new state */
  #step(state: number, byte: number, target?: number): number {
    const last = this.#lastEdges[state]!;
    for (let edge = last; edge >= 0; edge = this.#earlier[edge]!) {
      if (this.#bytes[edge] === byte) return this.#targets[edge]!;
    }
    const next = target ?? this.#newState();
    this.#lastEdges[state] = this.#bytes.push(byte) - 1;
    this.#targets.push(next);
    this.#earlier.push(last);
    return next;
  }

  #newState(): number {
    this.#lastEdges.push(-1);
    return this.accepts.push(-1) - 1;
  }
}
