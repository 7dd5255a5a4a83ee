/** Sampling parameters as JSON can hold them: bans by bias −100 instead of −Infinity. */
import type { Phase, SamplingParams } from "@tokenmill/core";

export function jsonBias(bias: NonNullable<SamplingParams["logitBias"]>): Record<string, number> {
  const entries: Iterable<readonly [number | string, number]> = bias instanceof Map ? bias : Object.entries(bias);
  return Object.fromEntries([...entries].map(([id, value]) => [String(id), Math.max(value, -100)]));
}

/** @param phases whose parameters were checked */
export function jsonPhases(phases: readonly Phase[]): Phase[] {
  return phases.map(({ from, params: { logitBias, ...params } }) => ({
    from,
    params: { ...params, ...(logitBias && { logitBias: jsonBias(logitBias) }) },
  }));
}
