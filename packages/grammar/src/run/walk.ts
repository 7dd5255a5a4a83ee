/** Walks over the vocabulary from a state of the lexer: which tokens stay inside its lexemes, and where these may end. */
import type { WalkTable } from "../lexer/walkTable.ts";
import type { Trie } from "../vocabulary/trie.ts";
import { MaskDraft } from "./maskDraft.ts";
import type { Branches } from "./slices.ts";

/** Nodes of a walk that cost about as much as one step of other work. */
export const nodesOfAStep = 64;

/** The tokens that begin with a byte, as far as a walk allows them. */
interface Found {
  /** The table's entry for that byte: all else depends on it alone. */
  readonly entry: number;
  readonly tokens: Int32Array;
  /** As `exits` of the walk. */
  readonly exits: readonly number[];
}

export class Walk {
  readonly #trie: Trie;
  readonly #table: WalkTable;
  /** Nodes of first bytes, and these. */
  readonly #roots: Int32Array;
  readonly #firstBytes: Uint8Array;
  /** By depth: the place before a node. */
  readonly #stack: Int32Array;
  readonly #others: Branches;
  /** By first byte of the branches: what was found there last. Names of one object differ after one of the bytes. */
  readonly #found: (Found | undefined)[] = [];
  readonly #foundDraft: MaskDraft;
  /** Node and place, alternately, for nodes of the last walk at which a lexeme may end and more can follow. */
  exits: number[] = [];
  /** Nodes that the last walk looked at. */
  steps = 0;

  /** @param others branches that some walks go along */
  constructor(trie: Trie, table: WalkTable, others: Branches) {
    this.#trie = trie;
    this.#table = table;
    const roots: number[] = [];
    for (let node = 0; node < trie.nodeCount; node += sizeOf(trie, node)) roots.push(node);
    this.#roots = Int32Array.from(roots);
    this.#firstBytes = Uint8Array.from(roots, (node) => trie.nodes[node * 2]! & 255);
    this.#stack = new Int32Array(trie.depth + 2);
    this.#foundDraft = new MaskDraft(trie.noToken / 32, others.nodeCount);
    this.#others = others;
  }

  /** Adds all tokens from a place on. */
  all(place: number, draft: MaskDraft): void {
    const { nodes } = this.#trie;
    this.#clearExits();
    let steps = this.#roots.length;
    this.#stack[0] = place;
    for (let i = 0; i < this.#roots.length; i++) {
      if (this.#table.entry(place, this.#firstBytes[i]!) === 0) continue;
      const node = this.#roots[i]!;
      steps += this.#run(nodes, node, node + sizeOf(this.#trie, node), draft);
    }
    this.steps = steps;
  }

  /** The same for tokens on the branches only; nothing ends where there are more. */
  along(place: number, draft: MaskDraft): void {
    const { nodes, nodeCount } = this.#others;
    const exits: number[] = [];
    let steps = 0;
    for (let node = 0; node < nodeCount; node += nodes[node * 2 + 1]! >>> 10) {
      const byte = nodes[node * 2]! & 255;
      const entry = this.#table.entry(place, byte);
      steps++;
      if (entry === 0) continue;
      let found = this.#found[byte];
      if (found?.entry !== entry) {
        this.#found[byte] = found = this.#find(node, place, entry);
        steps += this.steps;
      }
      for (let i = 0; i < found.tokens.length; i++) draft.add(found.tokens[i]!);
      for (let i = 0; i < found.exits.length; i++) exits.push(found.exits[i]!);
    }
    this.exits = exits;
    this.steps = steps;
  }

  /** At a node of the branches without a parent, and under it. */
  #find(node: number, place: number, entry: number): Found {
    const { nodes, numbers } = this.#others;
    const draft = this.#foundDraft;
    draft.begin();
    this.#clearExits();
    this.#stack[0] = place;
    this.steps = this.#run(nodes, node, node + (nodes[node * 2 + 1]! >>> 10), draft);
    const tokens = draft.tokens.slice(0, draft.count);
    draft.end();
    return { entry, tokens, exits: this.exits.map((each, i) => (i % 2 === 0 ? numbers[each]! : each)) };
  }

  /**
   * The same for what goes on after nodes that a list has, up to the first under which something may end.
   * @param list nodes, each with another number @returns where the walk ended in the list
   */
  under(list: readonly number[], from: number, end: number, place: number, draft: MaskDraft): number {
    const { nodes } = this.#trie;
    this.#clearExits();
    this.steps = 0;
    let at = from;
    do {
      const node = list[at]!;
      const sizeAndDepth = nodes[node * 2 + 1]!;
      this.#stack[(sizeAndDepth & 1023) + 1] = place;
      this.steps += this.#run(nodes, node + 1, node + (sizeAndDepth >>> 10), draft);
      at += 2;
    } while (at < end && this.exits.length === 0);
    return at;
  }

  /** Most walks have none, and leave the list to the next one. */
  #clearExits(): void {
    if (this.exits.length > 0) this.exits = [];
  }

  /** @returns nodes that it looked at */
  #run(nodes: Int32Array, from: number, end: number, draft: MaskDraft): number {
    const table = this.#table;
    const stack = this.#stack;
    const { exits } = this;
    const { noToken } = this.#trie;
    const { words, tokens, mostListed } = draft;
    let { count } = draft;
    let { entries, classes, rows, partitions } = table;
    let node = from;
    let steps = 0;
    while (node < end) {
      const tokenAndByte = nodes[node * 2]!;
      const sizeAndDepth = nodes[node * 2 + 1]!;
      const depth = sizeAndDepth & 1023;
      const place = stack[depth]!;
      steps++;
      let entry = entries[rows[place]! + classes[partitions[place]! + (tokenAndByte & 255)]!]!;
      if (entry < 0) {
        entry = table.step(place, tokenAndByte & 255);
        ({ entries, classes, rows, partitions } = table);
      }
      if (entry === 0) {
        node += sizeAndDepth >>> 10;
        continue;
      }
      stack[depth + 1] = entry >> 1;
      const token = tokenAndByte >>> 8;
      words[token >> 5]! |= 1 << (token & 31);
      if (count <= mostListed) {
        tokens[count] = token;
        // one more where there is a token, without a branch
        count += (token - noToken) >>> 31;
      }
      if ((entry & 1) === 1 && sizeAndDepth >>> 10 > 1) {
        exits.push(node, entry >> 1);
      }
      node++;
    }
    draft.count = count;
    return steps;
  }
}

function sizeOf({ nodes }: Trie, node: number): number {
  return nodes[node * 2 + 1]! >>> 10;
}
