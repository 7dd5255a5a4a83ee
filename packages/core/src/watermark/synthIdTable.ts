/**
 * SynthID-text with the functions of HF transformers (`SynthIDTextWatermarkLogitsProcessor` with the default table): a
 * linear congruential hash over the context, the token and the layer's key picks a bit of a table of 2^16. Only output tokens
 * are context; where there are too few yet, zeros stand before them. The table's size is a power of two, so the hash is
 * needed modulo 2^16 only, and 32 bits do.
 */
import { mersenneTwister } from "../random/mersenneTwister.ts";

/** Low word of Knuth's multiplier 6364136223846793005. */
const MULTIPLIER = 0x4c957f2d;
const TABLE_WORDS = 2048;
/** How many contexts back a repeated one is known again. */
export const CONTEXTS_KEPT = 1024;

let table: Int32Array | undefined;

/** 2^16 bits, the first 32 of them in the first word from its lowest bit up: the lowest bits of MT19937's outputs from seed 0. */
export function synthIdTable(): Int32Array {
  if (table) return table;
  table = new Int32Array(TABLE_WORDS);
  mersenneTwister(0, 32 * TABLE_WORDS).forEach((x, i) => (table![i >> 5]! |= (x & 1) << (i & 31)));
  return table;
}

const step = (hash: number, datum: number): number => (Math.imul((hash + datum) | 0, MULTIPLIER) + 1) | 0;

/** The hash of the `count` output tokens before `end`; those from `first` on are output. */
export function hashContext(tokenIds: ArrayLike<number>, first: number, end: number, count: number): number {
  let hash = 1;
  for (let i = end - count; i < end; i++) hash = step(hash, i < first ? 0 : tokenIds[i]!);
  return hash;
}

/** The bit of a layer for one token. */
export function tableBit(context: number, tokenId: number, key: number): boolean {
  const index = step(step(context, tokenId), key % 2 ** 32) & 0xffff;
  return ((synthIdTable()[index >> 5]! >>> (index & 31)) & 1) === 1;
}

/** Whether the context before `end` stood before one of the last CONTEXTS_KEPT output tokens too. */
export function isContextKnown(tokenIds: ArrayLike<number>, first: number, end: number, count: number): boolean {
  const at = (i: number): number => (i < first ? 0 : tokenIds[i]!);
  for (let earlier = Math.max(first, end - CONTEXTS_KEPT); earlier < end; earlier++) {
    let i = 1;
    while (i <= count && at(earlier - i) === at(end - i)) i++;
    if (i > count) return true;
  }
  return false;
}
