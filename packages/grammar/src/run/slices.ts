/**
 * Tokens that are only plain characters, which most texts may have any of, by how many they are; and the nodes of the tree
 * that lead to all other tokens.
 */
import { type Expr, Expressions } from "../regex/expressions.ts";
import { Lexer } from "../lexer/lexer.ts";
import { WalkTable } from "../lexer/walkTable.ts";
import { copyToTwins, type Trie } from "../vocabulary/trie.ts";
import { fixedMask, type KeptMask } from "./maskStore.ts";

/** Not quotes, backslashes, controls, what ends lines, blanks but the space: patterns leave these out, and JSON spells some. */
const plainRanges: readonly (readonly [number, number])[] = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x7e],
  [0xa1, 0x167f],
  [0x1681, 0x1fff],
  [0x200b, 0x2027],
  [0x202a, 0x202e],
  [0x2030, 0x205e],
  [0x2060, 0x2fff],
  [0x3001, 0xd7ff],
  [0xe000, 0xfefe],
  [0xff00, 0x10ffff],
];

export function plainCharacter(expressions: Expressions): Expr {
  return expressions.text({ kind: "class", ranges: plainRanges }, "utf8");
}

/** Some nodes of a tree, and all that lead to them. */
export interface Branches {
  /** As in `Trie`, with the sizes that subtrees have here. */
  readonly nodes: Int32Array;
  readonly nodeCount: number;
  /** By node: its number in the whole tree. */
  readonly numbers: Int32Array;
}

export class Slices {
  readonly others: Branches;
  /** Tokens of plain characters, by rising number of these. */
  readonly #tokens: Int32Array;
  /** By number of characters: where its tokens begin, and where the last ones end. */
  readonly #starts: Int32Array;
  /** By number of characters: the tokens that have no more. */
  readonly #masks: (KeptMask | undefined)[] = [];
  readonly #trie: Trie;

  constructor(trie: Trie) {
    this.#trie = trie;
    const { counts, isOther } = classify(trie);
    const starts = new Int32Array(trie.depth + 2);
    for (const count of counts) if (count > 0) starts[count + 1]!++;
    for (let count = 1; count < starts.length; count++) starts[count]! += starts[count - 1]!;
    this.#tokens = new Int32Array(starts.at(-1)!);
    const next = starts.slice();
    for (let id = 0; id < counts.length; id++) if (counts[id] !== 0) this.#tokens[next[counts[id]!]!++] = id;
    this.#starts = starts;
    this.others = branches(trie, isOther);
  }

  /** The mask of those of so many characters or less. */
  atMost(count: number): KeptMask {
    const most = Math.min(count, this.#starts.length - 2);
    return (this.#masks[most] ??= this.#makeMask(most));
  }

  #makeMask(most: number): KeptMask {
    const longest = this.#starts.length - 2;
    if (most === longest) return this.#makeWhole();
    // most tokens are short: the longer ones are fewer
    const words = this.atMost(longest).fixed!.slice();
    for (let i = this.#starts[most + 1]!; i < this.#tokens.length; i++) {
      const id = this.#tokens[i]!;
      words[id >> 5]! &= ~(1 << (id & 31));
    }
    copyToTwins(this.#trie, words);
    return fixedMask(words);
  }

  #makeWhole(): KeptMask {
    const words = new Int32Array(this.#trie.noToken / 32);
    for (const id of this.#tokens) words[id >> 5]! |= 1 << (id & 31);
    copyToTwins(this.#trie, words);
    return fixedMask(words);
  }
}

/** By token: its plain characters, 0 if it has others. By node: 1 if a token with others ends there or below. */
function classify({ nodes, nodeCount, noToken, depth }: Trie): { counts: Uint16Array; isOther: Uint8Array } {
  const expressions = new Expressions();
  const lexer = new Lexer(expressions);
  const table = new WalkTable(lexer, expressions.nodes.partitions);
  const any = expressions.repeat(plainCharacter(expressions), 0, Number.POSITIVE_INFINITY);
  const between = table.place(lexer.state([lexer.lexeme(any, false), any]));
  const counts = new Uint16Array(noToken);
  const isOther = new Uint8Array(nodeCount);
  /** By depth: the place and the whole characters before, and the node. */
  const [places, read, path] = [new Int32Array(depth + 1), new Uint16Array(depth + 1), new Int32Array(depth + 1)];
  places[0] = between;
  for (let node = 0; node < nodeCount; node++) {
    const at = nodes[node * 2 + 1]! & 1023;
    const id = nodes[node * 2]! >>> 8;
    const place = table.entry(places[at]!, nodes[node * 2]! & 255) >> 1;
    places[at + 1] = place;
    read[at + 1] = read[at]! + Number(place === between);
    path[at] = node;
    if (id === noToken) continue;
    if (place === between) counts[id] = read[at + 1]!;
    else for (let each = at; each >= 0 && isOther[path[each]!] === 0; each--) isOther[path[each]!] = 1;
  }
  return { counts, isOther };
}

function branches({ nodes, nodeCount }: Trie, isThere: Uint8Array): Branches {
  /** By node: those before it that are there. */
  const before = new Int32Array(nodeCount + 1);
  for (let node = 0; node < nodeCount; node++) before[node + 1] = before[node]! + isThere[node]!;
  const count = before[nodeCount]!;
  const branch = { nodes: new Int32Array(count * 2), nodeCount: count, numbers: new Int32Array(count) };
  for (let node = 0, to = 0; node < nodeCount; node++) {
    if (isThere[node] === 0) continue;
    const sizeAndDepth = nodes[node * 2 + 1]!;
    const size = before[node + (sizeAndDepth >>> 10)]! - before[node]!;
    branch.numbers[to] = node;
    branch.nodes[to * 2] = nodes[node * 2]!;
    branch.nodes[to * 2 + 1] = (size << 10) | (sizeAndDepth & 1023);
    to++;
  }
  return branch;
}
