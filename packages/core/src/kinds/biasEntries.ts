/** Biases by token id, as users write them. */

/** Ids as decimal keys of an object, or as numbers of a map. */
export type LogitBias = Readonly<Record<string, number>> | ReadonlyMap<number, number>;

/** What the kernels add: −100 and below bans. */
export const addend = (bias: number): number => (bias <= -100 ? -Infinity : bias);

const isMap = (bias: LogitBias): bias is ReadonlyMap<number, number> => bias instanceof Map;

/** The entries in the order they are given, ids as numbers: NaN for a key that is no integer as JavaScript writes it (`01`). */
export function biasEntries(bias: LogitBias): [number, number][] {
  if (isMap(bias)) return [...bias];
  return Object.entries(bias).map(([id, value]) => [/^(0|[1-9]\d*)$/.test(id) ? Number(id) : Number.NaN, value]);
}
