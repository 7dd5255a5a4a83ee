/** Constructors of expressions that keep them small: laws that hold for every language, applied where they cost little. */
import { bitsOfRanges, type ByteRange } from "./byteSets.ts";
import { endless, flags, kinds } from "./kinds.ts";
import { Nodes } from "./nodes.ts";
import { factor } from "./factor.ts";
import { Runs } from "./runs.ts";
import { unionOfRuns } from "./unionOfRuns.ts";

/** Most that a count can be; texts of so many characters do not exist. */
const mostCount = 2 ** 31 - 2;
/** A word of a remainder. */
export const half: number = 2 ** 30;

export class Algebra {
  readonly nodes: Nodes;
  /** No text. */
  readonly none: number;
  /** The text without bytes. */
  readonly empty: number;
  /** Every sequence of bytes. */
  readonly all: number;
  /** Whether a token may hold ", " and a text that begins with these bytes; see `Forgetting`. */
  mayRepeat: (bytes: readonly number[]) => boolean = () => true;
  /** By byte: the expression of only that. */
  readonly #bytes: number[] = [];
  readonly #runs: Runs;

  constructor(mostNodes: number) {
    this.nodes = new Nodes(mostNodes);
    this.#runs = new Runs(this.nodes);
    this.none = this.nodes.add(kinds.none, 0, 0, 0);
    this.empty = this.nodes.add(kinds.empty, 0, 0, 0);
    this.all = this.nodes.add(kinds.not, this.none, 0, 0);
  }

  bytes(ranges: readonly ByteRange[]): number {
    const range = ranges[0];
    if (ranges.length === 1 && range![0] === range![1]) return this.byte(range![0]);
    return this.bytesOf(bitsOfRanges(ranges));
  }

  byte(byte: number): number {
    return (this.#bytes[byte] ??= this.bytesOf(bitsOfRanges([[byte, byte]])));
  }

  bytesOf(bits: Uint32Array): number {
    if (bits.every((word) => word === 0)) return this.none;
    return this.nodes.add(kinds.bytes, this.nodes.sets.number(bits), 0, 0);
  }

  /** See `TextRegex`. */
  multiple(modulus: number, remainder: number): number {
    const { moduli } = this.nodes;
    let index = moduli.indexOf(modulus);
    if (index < 0) index = moduli.push(modulus) - 1;
    return this.nodes.add(kinds.multiple, index, remainder % half, Math.floor(remainder / half));
  }

  /** The byte that every text of the expression begins with, as far as its form shows; -1 if there is none. */
  onlyByte(expr: number): number {
    const { nodes } = this;
    const head = nodes.kind(expr) === kinds.concat ? nodes.a(expr) : expr;
    return nodes.kind(head) === kinds.bytes ? nodes.sets.only(nodes.a(head)) : -1;
  }

  /** What is left of it after that byte. */
  afterFirst(expr: number): number {
    return this.nodes.kind(expr) === kinds.concat ? this.nodes.b(expr) : this.empty;
  }

  isNullable(expr: number): boolean {
    return this.nodes.has(expr, flags.nullable);
  }

  /** Concatenations lean to the right. */
  concat2(head: number, tail: number): number {
    const { nodes } = this;
    if (head === this.none || tail === this.none) return this.none;
    if (head === this.empty) return tail;
    if (tail === this.empty) return head;
    if (nodes.kind(head) === kinds.concat) {
      const parts: number[] = [];
      let rest = head;
      for (; nodes.kind(rest) === kinds.concat; rest = nodes.b(rest)) parts.push(nodes.a(rest));
      parts.push(rest);
      return parts.reduceRight((result, part) => this.concat2(part, result), tail);
    }
    const isConcat = nodes.kind(tail) === kinds.concat;
    const next = isConcat ? nodes.a(tail) : tail;
    const joined = this.#joinRepeats(head, next);
    if (joined !== undefined) return isConcat ? this.concat2(joined, nodes.b(tail)) : joined;
    return nodes.add(kinds.concat, head, tail, 0);
  }

  /** r{a,b} r{c,d} = r{a+c,b+d} where one of them is a repetition. */
  #joinRepeats(first: number, second: number): number | undefined {
    const { nodes } = this;
    if (nodes.kind(first) !== kinds.repeat && nodes.kind(second) !== kinds.repeat) return undefined;
    const a = this.#asRepeat(first, second);
    const b = this.#asRepeat(second, first);
    if (a.part !== b.part) return undefined;
    const max = a.max === endless || b.max === endless ? endless : a.max + b.max;
    return this.repeatOf(a.part, a.min + b.min, max);
  }

  #asRepeat(expr: number, other: number): { part: number; min: number; max: number } {
    const { nodes } = this;
    const isBody = nodes.kind(other) === kinds.repeat && nodes.a(other) === expr;
    if (!isBody && nodes.kind(expr) === kinds.repeat) {
      return { part: nodes.a(expr), min: nodes.b(expr), max: nodes.c(expr) };
    }
    return { part: expr, min: 1, max: 1 };
  }

  concat(parts: readonly number[]): number {
    return parts.reduceRight((result, part) => this.concat2(part, result), this.empty);
  }

  /** @param max `endless` for no end */
  repeatOf(part: number, least: number, most: number): number {
    const { nodes } = this;
    const max = most > mostCount ? endless : most;
    const min = this.isNullable(part) ? 0 : Math.min(least, mostCount);
    if (max === 0) return this.empty;
    if (part === this.none) return min === 0 ? this.empty : this.none;
    if (part === this.empty || part === this.all) return part;
    if (min === 1 && max === 1) return part;
    if (nodes.kind(part) === kinds.repeat) {
      const inner = nodes.a(part);
      const innerMin = nodes.b(part);
      const innerMax = nodes.c(part);
      if (innerMin === 0 && innerMax === endless) return part;
      if (innerMin === 1 && innerMax === endless) return this.repeatOf(inner, min, endless);
      if (innerMin === 0 && innerMax === 1) return this.repeatOf(inner, 0, max);
    }
    // with the empty text left out, the part has fewer shapes
    if (nodes.kind(part) === kinds.or && nodes.b(part) === this.empty) return this.repeatOf(nodes.a(part), 0, max);
    return nodes.add(kinds.repeat, part, min, max);
  }

  not(part: number): number {
    const { nodes } = this;
    return nodes.kind(part) === kinds.not ? nodes.a(part) : nodes.add(kinds.not, part, 0, 0);
  }

  or2(a: number, b: number): number {
    if (a === b || b === this.none || a === this.all) return a;
    if (a === this.none || b === this.all) return b;
    return this.or([a, b]);
  }

  or(parts: readonly number[]): number {
    const flat = this.#flatten(kinds.or, parts);
    flat.delete(this.none);
    if (flat.has(this.all)) return this.all;
    const found = this.#kindsOf(flat);
    if (found.several & (1 << kinds.bytes)) this.#uniteBytes(flat);
    if (found.several & (1 << kinds.concat) || (found.any & (1 << kinds.concat) && found.any & (1 << kinds.bytes))) {
      factor(this, flat);
    }
    const mayHaveRuns = (found.any & ((1 << kinds.repeat) | (1 << kinds.concat))) !== 0;
    if (flat.size > 1 && mayHaveRuns && unionOfRuns(this, flat)) return this.or([...flat]);
    if (flat.size > 1 && flat.has(this.empty)) {
      flat.delete(this.empty);
      const isNullable = [...flat].some((part) => this.isNullable(part));
      if (!isNullable && flat.size === 1) {
        // ε | r+ = r*
        const [part] = flat as Set<number> & Iterable<number>;
        if (part !== undefined && this.nodes.kind(part) === kinds.repeat && this.nodes.b(part) === 1) {
          return this.repeatOf(this.nodes.a(part), 0, this.nodes.c(part));
        }
        return this.repeatOf(part!, 0, 1);
      }
      if (!isNullable) flat.add(this.empty);
    }
    for (const part of flat) {
      if (this.nodes.kind(part) === kinds.not && flat.has(this.nodes.a(part))) return this.all;
    }
    return this.#chain(kinds.or, flat, this.none);
  }

  #uniteBytes(flat: Set<number>): void {
    const { nodes } = this;
    const bits = new Uint32Array(8);
    for (const part of [...flat]) {
      if (nodes.kind(part) !== kinds.bytes) continue;
      nodes.sets.bits(nodes.a(part)).forEach((word, i) => (bits[i]! |= word));
      flat.delete(part);
    }
    flat.add(this.bytesOf(bits));
  }

  and2(a: number, b: number): number {
    if (a === b || b === this.all || a === this.none) return a;
    if (a === this.all || b === this.none) return b;
    return this.and([a, b]);
  }

  and(parts: readonly number[]): number {
    const { nodes } = this;
    const flat = this.#flatten(kinds.and, parts);
    flat.delete(this.all);
    if (flat.has(this.none)) return this.none;
    if (flat.size > 1 && flat.has(this.empty)) {
      return [...flat].every((part) => this.isNullable(part)) ? this.empty : this.none;
    }
    const found = this.#kindsOf(flat);
    if (found.several & (1 << kinds.bytes)) {
      this.#meetBytes(flat);
      if (flat.has(this.none)) return this.none;
    }
    if (found.several & (1 << kinds.repeat)) this.#dropWiderCounts(flat);
    if (found.any & (1 << kinds.repeat) && flat.size > 1 && this.#runs.areTooLong(flat)) return this.none;
    if (found.any & (1 << kinds.not)) {
      for (const part of flat) if (nodes.kind(part) === kinds.not && flat.has(nodes.a(part))) return this.none;
      if (this.#runs.leaveNothing(flat)) return this.none;
    }
    return this.#chain(kinds.and, flat, this.all);
  }

  /** Bits of the kinds of parts, and of those that several have. */
  #kindsOf(flat: ReadonlySet<number>): { any: number; several: number } {
    let any = 0;
    let several = 0;
    for (const part of flat) {
      const bit = 1 << this.nodes.kind(part);
      several |= any & bit;
      any |= bit;
    }
    return { any, several };
  }

  #meetBytes(flat: Set<number>): void {
    const { nodes } = this;
    const bits = new Uint32Array(8).fill(-1);
    for (const part of [...flat]) {
      if (nodes.kind(part) !== kinds.bytes) continue;
      nodes.sets.bits(nodes.a(part)).forEach((word, i) => (bits[i]! &= word));
      flat.delete(part);
    }
    flat.add(this.bytesOf(bits));
  }

  /** r{a,b} beside r{c,d} says nothing if c to d is within a to b. */
  #dropWiderCounts(flat: Set<number>): void {
    const { nodes } = this;
    const repeats = [...flat].filter((part) => nodes.kind(part) === kinds.repeat);
    const most = (part: number): number => (nodes.c(part) === endless ? Number.POSITIVE_INFINITY : nodes.c(part));
    for (const wide of repeats) {
      const isImplied = repeats.some(
        (part) =>
          part !== wide &&
          flat.has(part) &&
          nodes.a(part) === nodes.a(wide) &&
          nodes.b(part) >= nodes.b(wide) &&
          most(part) <= most(wide),
      );
      if (isImplied) flat.delete(wide);
    }
  }

  #flatten(kind: typeof kinds.or | typeof kinds.and, parts: readonly number[]): Set<number> {
    const { nodes } = this;
    const flat = new Set<number>();
    for (const part of parts) {
      let rest = part;
      for (; nodes.kind(rest) === kind; rest = nodes.b(rest)) flat.add(nodes.a(rest));
      flat.add(rest);
    }
    return flat;
  }

  /** Parts in falling order, so that the empty text comes last. */
  #chain(kind: typeof kinds.or | typeof kinds.and, flat: ReadonlySet<number>, unit: number): number {
    if (flat.size === 0) return unit;
    const parts = [...flat];
    if (parts.length > 1) parts.sort((a, b) => a - b);
    let result = parts[0]!;
    for (let i = 1; i < parts.length; i++) result = this.nodes.add(kind, parts[i]!, result, 0);
    return result;
  }
}
