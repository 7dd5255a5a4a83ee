/**
 * Philox4x32-10 (Salmon et al., SC 2011) in TypeScript, for decisions outside the kernels; the same words as
 * `assembly/numbers/philox.ts`. A value is a pure function of counter and key.
 */

/** The four words of one block; written over by the next. */
export type PhiloxBlock = Uint32Array;

const block: PhiloxBlock = new Uint32Array(4);

/** Upper 32 bits of the product of two words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/** One block from counter c and key k; valid until the next call. */
export function philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): PhiloxBlock {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0 >>> 0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2 >>> 0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
  return block;
}

/** Low and high 32 bits of a 64-bit number. */
export function wordsOf(value: number | bigint): [low: number, high: number] {
  const big = BigInt(value);
  return [Number(big & 0xffffffffn), Number((big >> 32n) & 0xffffffffn)];
}

/** What a draw is made for; the counterpart of the kernels' job record. */
export interface RandomStream {
  readonly seed: number | bigint;
  readonly sequenceId: number | bigint;
  readonly position: number;
}

/** A 53-bit uniform strictly inside (0, 1) of the stream's `domain` (see `layout.ts`). `attempt`: how many came before. */
export function uniformOf({ seed, sequenceId, position }: RandomStream, domain: number, attempt = 0): number {
  const [seedLow, seedHigh] = wordsOf(seed);
  const [sequenceLow, sequenceHigh] = wordsOf(sequenceId);
  const words = philox(sequenceLow, sequenceHigh, position, (domain << 24) | attempt, seedLow, seedHigh);
  return (words[0]! * 2 ** 20 + (words[1]! >>> 12) + 0.5) * 2 ** -52;
}

/** The two words of an integer as the kernels' lists hold them. */
export function signedWordsOf(value: number): number[] {
  return wordsOf(value).map((word) => word | 0);
}
