/** Benchmark rows: seeded, so every run reads the same bits. */

export type RowKind = "peaked" | "gaussian" | "flat";

/** Gaussian rows: σ 2.5; flat: σ 1; peaked: σ 2.5 and eight tokens 8 … 15 above. f32, `vocabSize` elements. */
export function fillRow(row: Float32Array, kind: RowKind, seed: number): void {
  const random = mulberry32(seed);
  const sigma = kind === "flat" ? 1 : 2.5;
  for (let i = 0; i < row.length; i += 2) {
    const radius = sigma * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    row[i] = radius * Math.cos(angle);
    if (i + 1 < row.length) row[i + 1] = radius * Math.sin(angle);
  }
  if (kind === "peaked") for (let i = 0; i < 8; i++) row[Math.floor(random() * row.length)] = 15 - i + 5 * random();
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
