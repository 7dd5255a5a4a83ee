/** The walk over the vocabulary from a state of the lexer: which tokens stay inside its lexemes, and where these may end. */
import type { WalkTable } from "../lexer/walkTable.ts";
import type { Trie } from "../vocabulary/trie.ts";

export class Walk {
  readonly #trie: Trie;
  readonly #table: WalkTable;
  /** By depth: the place before a node. */
  readonly #stack: Int32Array;
  /** Node and place, alternately, for nodes of the last walk at which a lexeme may end and more can follow. */
  exits: number[] = [];
  /** Nodes that the last walk looked at. */
  steps = 0;

  constructor(trie: Trie, table: WalkTable) {
    this.#trie = trie;
    this.#table = table;
    this.#stack = new Int32Array(trie.depth + 2);
  }

  /** Sets the bits of all tokens from a place on. `words` have a word more than a mask. */
  all(place: number, words: Int32Array): void {
    this.#stack[0] = place;
    this.#run(0, this.#trie.nodeCount, words);
  }

  /** The same for what goes on after a node. */
  under(node: number, place: number, words: Int32Array): void {
    const { nodes } = this.#trie;
    const sizeAndDepth = nodes[node * 2 + 1]!;
    this.#stack[(sizeAndDepth & 1023) + 1] = place;
    this.#run(node + 1, node + (sizeAndDepth >>> 10), words);
  }

  #run(from: number, end: number, words: Int32Array): void {
    const { nodes } = this.#trie;
    const stack = this.#stack;
    const exits: number[] = [];
    let { entries } = this.#table;
    let node = from;
    let steps = 0;
    while (node < end) {
      const tokenAndByte = nodes[node * 2]!;
      const sizeAndDepth = nodes[node * 2 + 1]!;
      const depth = sizeAndDepth & 1023;
      steps++;
      let entry = entries[(stack[depth]! << 8) | (tokenAndByte & 255)]!;
      if (entry < 0) {
        entry = this.#table.step(stack[depth]!, tokenAndByte & 255);
        entries = this.#table.entries;
      }
      if (entry === 0) {
        node += sizeAndDepth >>> 10;
        continue;
      }
      stack[depth + 1] = entry >> 1;
      const token = tokenAndByte >>> 8;
      words[token >> 5]! |= 1 << (token & 31);
      if ((entry & 1) === 1 && sizeAndDepth >>> 10 > 1) exits.push(node, entry >> 1);
      node++;
    }
    this.exits = exits;
    this.steps = steps;
  }
}
