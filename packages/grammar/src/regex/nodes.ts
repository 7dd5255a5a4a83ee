/** Expressions as numbered nodes of four words, each kept once: equal structure is an equal number. */
import { GrammarBudgetError } from "../budget/budget.ts";
import { ByteSets, Partitions } from "./byteSets.ts";
import { firstBytes } from "./firstBytes.ts";
import { flags, type Kind, kinds, leastOf } from "./kinds.ts";

/** What an expression has if a part of it has. */
const inherited = flags.boolean | flags.remainders | flags.distinct | flags.anyOrder;
const words = 4;
/** Stands for every length from here on. */
const longest = 2 ** 30;

export class Nodes {
  readonly sets: ByteSets = new ByteSets();
  readonly partitions: Partitions = new Partitions();
  readonly moduli: number[] = [];
  readonly #mostNodes: number;
  #data = new Int32Array(1024 * words);
  #flags = new Uint8Array(1024);
  /** By node: the number of a partition, -1 before it is asked for. */
  #classes = new Int32Array(1024);
  /** By node: no text of it has fewer bytes. */
  #minLengths = new Int32Array(1024);
  #needs = new Int32Array(1024);
  /** Open addressing: node + 1, or 0. */
  #table = new Int32Array(4096);
  #count = 0;

  constructor(mostNodes: number) {
    this.#mostNodes = mostNodes;
  }

  get count(): number {
    return this.#count;
  }

  /** Kind, a, b and c of each node, until one is added. i32[4 · count], and more */
  get data(): Int32Array {
    return this.#data;
  }

  kind(node: number): Kind {
    return this.#data[node * words] as Kind;
  }

  a(node: number): number {
    return this.#data[node * words + 1]!;
  }

  b(node: number): number {
    return this.#data[node * words + 2]!;
  }

  c(node: number): number {
    return this.#data[node * words + 3]!;
  }

  has(node: number, flag: number): boolean {
    return (this.#flags[node]! & flag) !== 0;
  }

  /** About how many bytes a text still needs: each part of an intersection counts for itself. */
  need(node: number): number {
    return this.#needs[node]!;
  }

  minLength(node: number): number {
    return this.#minLengths[node]!;
  }

  /** Of a sequence, an alternative or an intersection: one after the other, as they may be many. */
  parts(node: number): number[] {
    const kind = this.kind(node);
    const parts: number[] = [];
    let rest = node;
    for (; this.kind(rest) === kind; rest = this.b(rest)) parts.push(this.a(rest));
    parts.push(rest);
    return parts;
  }

  /** The partition of bytes for its derivatives. */
  classes(node: number): number {
    const known = this.#classes[node]!;
    return known >= 0 ? known : (this.#classes[node] = this.#classesOf(node));
  }

  /** The node of that structure. @throws GrammarBudgetError */
  add(kind: Kind, a: number, b: number, c: number): number {
    const mask = this.#table.length - 1;
    let at = hash(kind, a, b, c) & mask;
    for (let entry = this.#table[at]!; entry !== 0; entry = this.#table[at]!) {
      const place = (entry - 1) * words;
      const data = this.#data;
      if (data[place] === kind && data[place + 1] === a && data[place + 2] === b && data[place + 3] === c) {
        return entry - 1;
      }
      at = (at + 1) & mask;
    }
    const node = this.#count++;
    if (node >= this.#mostNodes) {
      throw new GrammarBudgetError(`expressions expected at most ${this.#mostNodes} parts: the grammar is too large`);
    }
    if (node * words === this.#data.length) this.#grow();
    const data = this.#data;
    data[node * words] = kind;
    data[node * words + 1] = a;
    data[node * words + 2] = b;
    data[node * words + 3] = c;
    this.#table[at] = node + 1;
    this.#flags[node] = this.#flagsOf(kind, a, b, c);
    this.#classes[node] = -1;
    this.#minLengths[node] = Math.min(this.#minLengthOf(kind, a, b, c), longest);
    this.#needs[node] = Math.min(this.#needOf(kind, node, a, b), longest);
    if (this.#count * 2 > this.#table.length) this.#rehash();
    return node;
  }

  #flagsOf(kind: Kind, a: number, b: number, c: number): number {
    const first = this.#flags[a] ?? 0;
    const second = this.#flags[b] ?? 0;
    const { nullable, boolean, remainders } = flags;
    switch (kind) {
      case kinds.none:
      case kinds.bytes:
        return 0;
      case kinds.empty:
        return nullable;
      case kinds.concat:
        return (first & second & nullable) | ((first | second) & inherited);
      case kinds.or:
        return first | second;
      case kinds.and:
        return (first & second & nullable) | ((first | second) & inherited) | boolean;
      case kinds.not:
        return (~first & nullable) | (first & inherited) | boolean;
      case kinds.multiple:
        return remainders | (b === 0 && c === 0 ? nullable : 0);
      case kinds.distinct: {
        const order = this.kind(b) === kinds.empty ? 0 : flags.anyOrder;
        return (leastOf(c) === 0 ? nullable : 0) | ((first | second) & inherited) | boolean | flags.distinct | order;
      }
      case kinds.begun: {
        const isLast = leastOf(this.c(c)) <= 1 && this.has(this.b(c), nullable);
        return (isLast ? first & nullable : 0) | (first & inherited) | boolean | flags.distinct;
      }
      case kinds.repeat:
        return (b === 0 ? nullable : first & nullable) | (first & inherited);
      default:
        return kind satisfies never;
    }
  }

  #classesOf(node: number): number {
    const kind = this.kind(node);
    const a = this.a(node);
    const b = this.b(node);
    switch (kind) {
      case kinds.none:
      case kinds.empty:
        return this.partitions.whole;
      case kinds.bytes:
        return this.partitions.ofSet(this.sets.bits(a));
      case kinds.multiple:
        return this.partitions.ofNumbers;
      case kinds.concat:
        if (!this.has(a, flags.nullable)) return this.classes(a);
        return this.partitions.refine(this.classes(a), this.classes(b));
      case kinds.or:
      case kinds.and: {
        let result = this.classes(a);
        let rest = b;
        for (; this.kind(rest) === kind; rest = this.b(rest)) {
          result = this.partitions.refine(result, this.classes(this.a(rest)));
        }
        return this.partitions.refine(result, this.classes(rest));
      }
      case kinds.not:
      case kinds.repeat:
        return this.classes(a);
      case kinds.distinct:
      case kinds.begun: {
        // which byte it was stays part of what follows
        const bits = firstBytes(this, node);
        return this.partitions.split(this.partitions.whole, this.sets.number(bits), bits);
      }
      default:
        return kind satisfies never;
    }
  }

  #minLengthOf(kind: Kind, a: number, b: number, c: number): number {
    const lengths = this.#minLengths;
    switch (kind) {
      case kinds.none:
        return longest;
      case kinds.empty:
        return 0;
      case kinds.bytes:
        return 1;
      case kinds.concat:
        return lengths[a]! + lengths[b]!;
      case kinds.or:
        return Math.min(lengths[a]!, lengths[b]!);
      case kinds.and:
        return Math.max(lengths[a]!, lengths[b]!);
      case kinds.not:
        return this.has(a, flags.nullable) ? 1 : 0;
      case kinds.multiple:
        return b === 0 && c === 0 ? 0 : 1;
      case kinds.repeat:
        return lengths[a]! * b;
      case kinds.distinct:
        return Math.max(0, (lengths[a]! + lengths[b]! + 2) * leastOf(c) - 2);
      case kinds.begun: {
        const more = (lengths[this.a(c)]! + lengths[this.b(c)]! + 2) * Math.max(0, leastOf(this.c(c)) - 1);
        return lengths[a]! + lengths[this.b(c)]! + more;
      }
      default:
        return kind satisfies never;
    }
  }

  #needOf(kind: Kind, node: number, a: number, b: number): number {
    const needs = this.#needs;
    if (kind === kinds.and || kind === kinds.concat) return needs[a]! + needs[b]!;
    if (kind === kinds.or) return Math.min(needs[a]!, needs[b]!);
    return kind === kinds.repeat ? needs[a]! * b : this.#minLengths[node]!;
  }

  #grow(): void {
    const data = new Int32Array(this.#data.length * 2);
    data.set(this.#data);
    this.#data = data;
    const flagsOf = new Uint8Array(this.#flags.length * 2);
    flagsOf.set(this.#flags);
    this.#flags = flagsOf;
    const classes = new Int32Array(this.#classes.length * 2);
    classes.set(this.#classes);
    this.#classes = classes;
    const minLengths = new Int32Array(this.#minLengths.length * 2);
    minLengths.set(this.#minLengths);
    this.#minLengths = minLengths;
    const needs = new Int32Array(this.#needs.length * 2);
    needs.set(this.#needs);
    this.#needs = needs;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    const mask = this.#table.length - 1;
    for (let node = 0; node < this.#count; node++) {
      const place = node * words;
      const data = this.#data;
      let at = hash(data[place]!, data[place + 1]!, data[place + 2]!, data[place + 3]!) & mask;
      while (this.#table[at] !== 0) at = (at + 1) & mask;
      this.#table[at] = node + 1;
    }
  }
}

function hash(kind: number, a: number, b: number, c: number): number {
  let h = Math.imul(kind + 1, 0x9e3779b1) ^ Math.imul(a, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ b, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ c, 0x27d4eb2f);
  return h ^ (h >>> 16);
}
