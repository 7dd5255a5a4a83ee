/**
 * Walks over the vocabulary from a state of the lexer: which tokens stay inside its lexemes, and where these may end. A walk
 * may begin with what another state gave: it looks only at nodes where the two still differ.
 */
import type { WalkTable } from "../lexer/walkTable.ts";
import type { Trie } from "../vocabulary/trie.ts";
import type { MaskDraft } from "./maskDraft.ts";
import type { Branches } from "./slices.ts";

export class Walk {
  readonly #trie: Trie;
  readonly #table: WalkTable;
  /** Nodes of first bytes, and these. */
  readonly #roots: Int32Array;
  readonly #firstBytes: Uint8Array;
  /** By depth: the place before a node. */
  readonly #stack: Int32Array;
  /** By depth: the other state's place. */
  readonly #otherStack: Int32Array;
  /** Node and place, alternately, for nodes of the last walk at which a lexeme may end and more can follow. */
  exits: number[] = [];
  /** Nodes that the last walk looked at. */
  steps = 0;

  constructor(trie: Trie, table: WalkTable) {
    this.#trie = trie;
    this.#table = table;
    const roots: number[] = [];
    for (let node = 0; node < trie.nodeCount; node += sizeOf(trie, node)) roots.push(node);
    this.#roots = Int32Array.from(roots);
    this.#firstBytes = Uint8Array.from(roots, (node) => trie.nodes[node * 2]! & 255);
    this.#stack = new Int32Array(trie.depth + 2);
    this.#otherStack = new Int32Array(trie.depth + 2);
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

  /** The same for tokens on some branches only; nothing ends where there are more. */
  along({ nodes, nodeCount, numbers }: Branches, place: number, draft: MaskDraft): void {
    this.#stack[0] = place;
    this.#clearExits();
    this.steps = this.#run(nodes, 0, nodeCount, draft);
    const { exits } = this;
    for (let i = 0; i < exits.length; i += 2) exits[i] = numbers[exits[i]!]!;
  }

  /** The same for what goes on after a node. */
  under(node: number, place: number, draft: MaskDraft): void {
    const { nodes } = this.#trie;
    const sizeAndDepth = nodes[node * 2 + 1]!;
    this.#stack[(sizeAndDepth & 1023) + 1] = place;
    this.#clearExits();
    this.steps = this.#run(nodes, node + 1, node + (sizeAndDepth >>> 10), draft);
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

  /**
   * Changes the mask of one place into that of another. @returns those of its exits that are the other's too; undefined, and
   * the draft is none, where that takes more than so many steps
   * @param from what the draft and `exits` belong to
   * @param lexeme the one of the new place whose rests are those of the other
   */
  difference(
    from: { place: number; exits: readonly number[] },
    lexeme: number,
    place: number,
    draft: MaskDraft,
    mostSteps: number,
  ): number[] | undefined {
    const { words } = draft;
    const { nodes, nodeCount } = this.#trie;
    const stack = this.#stack;
    const others = this.#otherStack;
    const fromExits = from.exits;
    const exits: number[] = [];
    const shared: number[] = [];
    let steps = 0;
    let nextShared = 0;
    stack[0] = place;
    others[0] = from.place;
    /** Keeps the exits before a node, and leaves out those before another. */
    const keepUntil = (node: number, end: number): void => {
      for (; nextShared < fromExits.length && fromExits[nextShared]! < end; nextShared += 2) {
        if (fromExits[nextShared]! < node) shared.push(fromExits[nextShared]!, fromExits[nextShared + 1]!);
      }
    };
    for (let i = 0; i < this.#roots.length; i++) {
      const byte = this.#firstBytes[i]!;
      const entry = this.#table.entry(place, byte);
      const other = this.#table.entry(from.place, byte);
      if ((entry === 0 && other === 0) || this.#isSame(lexeme, entry, other)) continue;
      if (steps > mostSteps) {
        this.steps = steps;
        return undefined;
      }
      const root = this.#roots[i]!;
      for (let node = root, end = root + sizeOf(this.#trie, root); node < end; ) {
        const tokenAndByte = nodes[node * 2]!;
        const sizeAndDepth = nodes[node * 2 + 1]!;
        const depth = sizeAndDepth & 1023;
        const size = sizeAndDepth >>> 10;
        steps++;
        const entry = this.#table.entry(stack[depth]!, tokenAndByte & 255);
        const other = this.#table.entry(others[depth]!, tokenAndByte & 255);
        if (entry === 0) {
          if (other !== 0) {
            keepUntil(node, node + size);
            for (let each = node; each < node + size; each++) {
              const token = nodes[each * 2]! >>> 8;
              words[token >> 5]! &= ~(1 << (token & 31));
            }
            steps += size;
          }
          node += size;
          continue;
        }
        if (this.#isSame(lexeme, entry, other)) {
          node += size;
          continue;
        }
        keepUntil(node, node + 1);
        stack[depth + 1] = entry >> 1;
        others[depth + 1] = other >> 1;
        const token = tokenAndByte >>> 8;
        words[token >> 5]! |= 1 << (token & 31);
        if ((entry & 1) === 1 && size > 1) exits.push(node, entry >> 1);
        node++;
      }
    }
    keepUntil(nodeCount, nodeCount);
    draft.leaveList();
    this.exits = exits;
    this.steps = steps + this.#roots.length;
    return shared;
  }

  /** Whether only the lexeme is left after one entry, with what is left after the other. */
  #isSame(lexeme: number, entry: number, other: number): boolean {
    const { rests, lexemes } = this.#table;
    return lexemes[entry >> 1] === lexeme && rests[entry >> 1] === rests[other >> 1];
  }
}

function sizeOf({ nodes }: Trie, node: number): number {
  return nodes[node * 2 + 1]! >>> 10;
}
