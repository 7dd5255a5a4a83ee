/** Sets of bytes and partitions of the bytes into classes, each kept once and known by a number. */

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
  readonly #sets: Uint32Array[] = [];
  readonly #numbers = new Map<string, number>();

  get size(): number {
    return this.#sets.length;
  }

  /** The number of a set of 256 bits, which is kept. */
  number(bits: Uint32Array): number {
    const key = bits.join();
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(bits) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  bits(number: number): Uint32Array {
    return this.#sets[number]!;
  }

  has(number: number, byte: number): boolean {
    return ((this.#sets[number]![byte >> 5]! >>> (byte & 31)) & 1) === 1;
  }
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
  readonly #numbers = new Map<string, number>();
  readonly #refined = new Map<number, number>();
  /** The partition with one class. */
  readonly whole: number;
  /** Every digit for itself, the point, all others. */
  readonly ofNumbers: number;

  constructor() {
    this.whole = this.#number(new Uint8Array(256));
    const digits = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x30 && byte <= 0x39 ? byte : 0));
    this.ofNumbers = this.#number(digits.with(0x2e, 1));
  }

  get(number: number): ByteClasses {
    return this.#list[number]!;
  }

  get size(): number {
    return this.#list.length;
  }

  /** Bytes in the set, and bytes outside. */
  ofSet(bits: Uint32Array): number {
    return this.#number(Uint8Array.from({ length: 256 }, (_, byte) => (bits[byte >> 5]! >>> (byte & 31)) & 1));
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
      const classes = new Map<number, number>();
      const classOf = new Uint8Array(256);
      for (let byte = 0; byte < 256; byte++) {
        const pair = first[byte]! * 256 + second[byte]!;
        let each = classes.get(pair);
        if (each === undefined) classes.set(pair, (each = classes.size));
        classOf[byte] = each;
      }
      number = this.#number(classOf);
      this.#refined.set(key, number);
    }
    return number;
  }

  /** Classes are numbered by their first bytes. */
  #number(given: Uint8Array): number {
    const renamed = new Map<number, number>();
    const firstOf: number[] = [];
    const classOf = given.map((each, byte) => {
      let name = renamed.get(each);
      if (name === undefined) {
        renamed.set(each, (name = firstOf.length));
        firstOf.push(byte);
      }
      return name;
    });
    const key = String.fromCharCode(...classOf);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#list.push({ classOf, firstOf: Uint8Array.from(firstOf) }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
