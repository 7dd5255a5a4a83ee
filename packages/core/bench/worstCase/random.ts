/** Random choices for the search, by a seed: the same starts and the same changes in every run. */

export interface Random {
  /** [0, 1) */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** 0 … count − 1. */
  below(count: number): number;
  pick<T>(choices: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(uniform() * count);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below,
    pick: (choices) => choices[below(choices.length)]!,
  };
}
