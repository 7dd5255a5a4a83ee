/** Sets of bytes and partitions of the bytes into classes, each kept once and known by a number. */

import { WordTable } from "./wordTable.ts";

/** First and last byte. */
export type ByteRange = readonly [first: number, last: number];

/** Bytes of a class lead every expression of the partition to the same derivative. */
export interface ByteClasses {
  /** By byte: its class. u8[256] */
  readonly classOf: Uint8Array;
  /** By class: its least byte. */
  readonly firstOf: Uint8Array;
}

export class ByteSets {
  readonly #sets = new WordTable();
  /** By set: its byte, where it has only one, else -1. */
  readonly #only: number[] = [];
  /** By set: its least byte. */
  readonly #first: number[] = [];

  get size(): number {
    return this.#sets.size;
  }

  /** The number of a set of 256 bits, which is kept. */
  number(bits: Uint32Array): number {
    const number = this.#sets.number(bits);
    if (number === this.#only.length) {
      this.#only.push(onlyOf(bits));
      this.#first.push(firstOf(bits));
    }
    return number;
  }

  bits(number: number): Uint32Array {
    return this.#sets.get(number);
  }

  /** The least byte of the set, -1 if it is empty; a letter or digit if it has one. */
  first(number: number): number {
    return this.#first[number]!;
  }

  only(number: number): number {
    return this.#only[number]!;
  }

  has(number: number, byte: number): boolean {
    return ((this.#sets.get(number)[byte >> 5]! >>> (byte & 31)) & 1) === 1;
  }
}

function firstOf(bits: Uint32Array): number {
  const has = (byte: number): boolean => ((bits[byte >> 5]! >>> (byte & 31)) & 1) === 1;
  for (let byte = 0x30; byte < 0x80; byte++) if (has(byte)) return byte;
  for (let byte = 0; byte < 256; byte++) if (has(byte)) return byte;
  return -1;
}

function onlyOf(bits: Uint32Array): number {
  let only = -1;
  for (let byte = 0; byte < 256; byte++) {
    if (((bits[byte >> 5]! >>> (byte & 31)) & 1) === 0) continue;
    if (only >= 0) return -1;
    only = byte;
  }
  return only;
}

export function bitsOfRanges(ranges: readonly ByteRange[]): Uint32Array {
  const bits = new Uint32Array(8);
  for (const [first, last] of ranges) {
    for (let byte = first; byte <= last; byte++) bits[byte >> 5]! |= 1 << (byte & 31);
  }
  return bits;
}

export class Partitions {
  readonly #list: ByteClasses[] = [];
  /** The classes of all bytes, as words. */
  readonly #numbers = new WordTable();
  readonly #refined = new Map<number, number>();
  readonly #split = new Map<number, number>();
  /** By byte: that byte, and all others. */
  readonly #ofByte: (number | undefined)[] = [];
  /** The partition with one class. */
  readonly whole: number;
  /** Every digit for itself, the point, all others. */
  readonly ofNumbers: number;

  constructor() {
    this.whole = this.#number(new Uint8Array(256));
    const digits = Uint16Array.from({ length: 256 }, (_, byte) => (byte >= 0x30 && byte <= 0x39 ? byte : 0));
    this.ofNumbers = this.#number(renumbered(digits.with(0x2e, 1)));
  }

  get(number: number): ByteClasses {
    return this.#list[number]!;
  }

  get size(): number {
    return this.#list.length;
  }

  /** Bytes in the set, and bytes outside. */
  ofSet(bits: Uint32Array): number {
    const classOf = scratch.names;
    for (let byte = 0; byte < 256; byte++) classOf[byte] = (bits[byte >> 5]! >>> (byte & 31)) & 1;
    return this.#number(renumbered(classOf));
  }

  /** One byte, and all others. */
  ofByte(byte: number): number {
    return (this.#ofByte[byte] ??= this.ofSet(bitsOfRanges([[byte, byte]])));
  }

  /** The partition with each byte of a set in a class for itself. */
  split(partition: number, set: number, bits: Uint32Array): number {
    const key = partition * 0x100000 + set;
    let number = this.#split.get(key);
    if (number === undefined) {
      const { classOf, firstOf } = this.#list[partition]!;
      let count = firstOf.length;
      const result = scratch.names;
      for (let byte = 0; byte < 256; byte++) {
        result[byte] = (bits[byte >> 5]! >>> (byte & 31)) & 1 ? count++ : classOf[byte]!;
      }
      number = this.#number(renumbered(result));
      this.#split.set(key, number);
    }
    return number;
  }

  /** The coarsest partition that is as fine as both. */
  refine(a: number, b: number): number {
    if (a === b || b === this.whole) return a;
    if (a === this.whole) return b;
    const key = a < b ? a * 0x100000 + b : b * 0x100000 + a;
    let number = this.#refined.get(key);
    if (number === undefined) {
      const first = this.#list[a]!.classOf;
      const second = this.#list[b]!.classOf;
      const secondCount = this.#list[b]!.firstOf.length;
      const { names } = scratch;
      for (let byte = 0; byte < 256; byte++) names[byte] = first[byte]! * secondCount + second[byte]!;
      number = this.#number(renumbered(names));
      this.#refined.set(key, number);
    }
    return number;
  }

  /** @param classOf is kept; classes are in the order of their first bytes */
  #number(classOf: Uint8Array): number {
    const number = this.#numbers.number(new Uint32Array(classOf.buffer));
    if (number === this.#list.length) {
      const firstOf: number[] = [];
      for (let byte = 0; byte < 256; byte++) if (classOf[byte] === firstOf.length) firstOf.push(byte);
      this.#list.push({ classOf, firstOf: Uint8Array.from(firstOf) });
    }
    return number;
  }
}

/** Names of classes by byte, each below 65,536, and new numbers by name. */
const scratch = { names: new Uint16Array(256), numbers: new Int16Array(65_536).fill(-1) };

/** The same classes, numbered in the order of their first bytes. */
function renumbered(names: Uint16Array): Uint8Array {
  const { numbers } = scratch;
  const result = new Uint8Array(256);
  let count = 0;
  for (let byte = 0; byte < 256; byte++) {
    const name = names[byte]!;
    if (numbers[name]! < 0) numbers[name] = count++;
    result[byte] = numbers[name]!;
  }
  for (let byte = 0; byte < 256; byte++) numbers[names[byte]!] = -1;
  return result;
}
