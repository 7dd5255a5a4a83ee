/**
 * Random numbers of schedules: sfc32 (Chris Doty-Humphrey, PractRand 0.95), seeded by hashing (seed, stream, index), so
 * that request number i is the same whoever makes it and in whatever order.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed` 0 … 2^53 − 1; `stream` says what the numbers are for; `index` which one of many. */
  constructor(seed: number, stream: string, index = 0) {
    let hash = 0x9e3779b9;
    for (let i = 0; i < stream.length; i++) hash = mix(hash ^ stream.charCodeAt(i));
    this.#a = mix(hash ^ seed);
    this.#b = mix(this.#a ^ Math.floor(seed / 2 ** 32) ^ 0x85ebca6b);
    this.#c = mix(this.#b ^ index);
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** In [0, 1), 53 bits. */
  uniform(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  /** Mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** Mean 0, standard deviation 1 (Box–Muller). */
  normal(): number {
    return Math.sqrt(2 * this.exponential()) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Gamma with that shape and scale 1 (Marsaglia & Tsang 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }
}

/** MurmurHash3's finaliser. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
