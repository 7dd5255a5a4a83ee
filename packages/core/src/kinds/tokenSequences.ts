/** Lists of token sequences in a stage's record: their number, then of each its length and its ids. */

export type TokenSequences = readonly (number | readonly number[])[];

/** Non-empty sequences, each with a bias. */
export type SequenceBiases = readonly (readonly [ids: readonly number[], bias: number])[];

/** The sequences as arrays, each once. */
export function distinctSequences(sequences: TokenSequences = []): (readonly number[])[] {
  const arrays = sequences.map((sequence) => (typeof sequence === "number" ? [sequence] : sequence));
  return [...new Map(arrays.map((ids) => [ids.join(), ids])).values()];
}

export function packSequences(sequences: readonly (readonly number[])[]): number[] {
  return [sequences.length, ...sequences.flatMap((ids) => [ids.length, ...ids])];
}

/** Ids in ascending order, each once. */
export function distinctIds(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
