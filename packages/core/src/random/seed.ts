/**
 * Seeds as the engines that clients know take them: 64 bits, a negative one by its two's complement, and −1 for "any"
 * (llama.cpp, vLLM, koboldcpp and text-generation-webui agree on both as far as they go).
 */

import { refuse } from "@tokenmill/check";

/** What a seed may be, in words. */
export const seedWords = "integer in [-2^63, 2^64), a bigint where it is no safe integer";

/** Whether it is a seed. */
export function isSeed(value: unknown): value is number | bigint {
  if (typeof value === "number") return Number.isSafeInteger(value);
  return typeof value === "bigint" && value >= -(1n << 63n) && value < 1n << 64n;
}

/** @throws TypeError, RangeError unless it is absent or a seed. */
export function checkSeed(name: string, seed: unknown): void {
  if (seed === undefined || isSeed(seed)) return;
  refuse(name, seedWords, seed, typeof seed !== "number" && typeof seed !== "bigint");
}

/** The seed without a sign, a number where that is exact; undefined if there is none, or any will do. @throws TypeError, RangeError */
export function seedBits(seed: number | bigint | undefined): number | bigint | undefined {
  checkSeed("seed", seed);
  // −0 is 0
  if (typeof seed === "number" && seed >= 0) return Math.abs(seed);
  if (seed === undefined || BigInt(seed) === -1n) return undefined;
  const bits = BigInt.asUintN(64, BigInt(seed));
  return bits <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bits) : bits;
}

/** A random seed; 53 bits, so it can be written down as a number. */
export function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}

/** The bits to draw with where a seed that is absent is 0. */
export function drawSeed(seed: number | bigint | undefined): bigint {
  return seed === undefined ? 0n : BigInt(seedBits(seed) ?? randomSeed());
}
