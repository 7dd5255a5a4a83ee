import type { SamplingParams } from "./samplingParams.ts";

/** The entries of a `logitBias`, ids as numbers. Record keys must be plain decimal integers. */
export function biasEntries(bias: NonNullable<SamplingParams["logitBias"]>): [number, number][] {
  if (bias instanceof Map) return [...(bias as ReadonlyMap<number, number>)];
  return Object.entries(bias).map(([id, value]) => [/^\d+$/.test(id) ? Number(id) : Number.NaN, value]);
}
