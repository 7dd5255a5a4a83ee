/** The two forms of a `logitBias` as one. */
import type { SamplingParams } from "./samplingParams.ts";

export type LogitBias = NonNullable<SamplingParams["logitBias"]>;

/** The entries in the order they are given, ids as numbers: NaN for a key that is no plain decimal integer. */
export function biasEntries(bias: LogitBias): [number, number][] {
  if (bias instanceof Map) return [...(bias as ReadonlyMap<number, number>)];
  return Object.entries(bias).map(([id, value]) => [/^\d+$/.test(id) ? Number(id) : Number.NaN, value]);
}
