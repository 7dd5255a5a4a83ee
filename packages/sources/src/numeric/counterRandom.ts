/**
 * Random numbers by hashing a counter with two 32-bit keys: integer arithmetic only, so the same on every machine. Good
 * enough for test data; tokens are drawn from core's Philox.
 */

/** 32 well-mixed bits of a 32-bit value (the finaliser of MurmurHash3). */
export function mix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const golden = 0x9e3779b9;

export class CounterRandom {
  readonly #key0: number;
  readonly #key1: number;
  #counter = 0;

  constructor(key0: number, key1: number) {
    this.#key0 = mix32(key0 ^ golden);
    this.#key1 = mix32(key1 + golden);
  }

  /** The next integer in [0, 2^32). */
  next(): number {
    const counter = this.#counter++;
    return mix32(mix32(Math.imul(counter, golden) ^ this.#key0) + this.#key1);
  }

  /** The next integer in [0, bound), bound ≤ 2^32. */
  below(bound: number): number {
    return Math.floor((this.next() / 4_294_967_296) * bound);
  }
}
