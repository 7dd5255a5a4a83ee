/**
 * MT19937 (Matsumoto & Nishimura, ACM TOMACS 8, 1998): the generator that torch draws its tables from. For tables that
 * others have published the seed of; nothing here is drawn with it.
 */

const SIZE = 624;
const SHIFT = 397;

function temper(x: number): number {
  x ^= x >>> 11;
  x ^= (x << 7) & 0x9d2c5680;
  x ^= (x << 15) & 0xefc60000;
  return x ^ (x >>> 18);
}

/** The first `count` outputs, 32 bits each, of the generator that one word seeds. */
export function mersenneTwister(seed: number, count: number): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const before = state[i - 1]!;
    state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
  }
  const outputs = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    const i = at % SIZE;
    const word = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
    const next = state[(i + SHIFT) % SIZE]! ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
    state[i] = next;
    outputs[at] = temper(next);
  }
  return outputs;
}
