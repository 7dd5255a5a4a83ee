/** Seeded numbers for tests, so that every run reads the same bits. */

/** Uniform in [0, 1), 32 bits (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A Gaussian row of standard deviation `sigma`, rounded to f32. */
export function gaussianRow(size: number, sigma: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from(
    { length: size },
    () => sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}
