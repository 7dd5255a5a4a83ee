/** Digest of a token history: 64 bits that tell a damaged record, not a signature. */

/**
 * Two FNV-1a style lanes of 32 bits with different multipliers over promptLength and the ids, each finished with
 * MurmurHash3's fmix32.
 * @returns 16 hexadecimal digits.
 */
export function historyDigest(promptLength: number, tokenIds: ArrayLike<number>): string {
  let a = 0x811c9dc5 ^ promptLength;
  let b = 0x9e3779b9 ^ tokenIds.length;
  for (let i = 0; i < tokenIds.length; i++) {
    a = Math.imul(a ^ tokenIds[i]!, 0x01000193);
    b = Math.imul((b << 13) | (b >>> 19), 0x85ebca6b) ^ tokenIds[i]!;
    a ^= a >>> 15;
  }
  return hex(fmix32(a)) + hex(fmix32(b));
}

function fmix32(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
