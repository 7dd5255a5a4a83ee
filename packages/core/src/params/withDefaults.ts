/** What absent parameters mean. */
import { profiles } from "../profiles/index.ts";
import type { SamplingParams } from "./samplingParams.ts";

/** The parameters with the profile's defaults filled in. */
export function withDefaults(params: SamplingParams): SamplingParams {
  const { profile = "tokenmill", logprobTokenIds = [] } = params;
  const scored = logprobTokenIds.length > 0 ? { logprobs: 0 } : undefined;
  return { ...profiles[profile].defaults, ...scored, ...dropUndefined(params), profile };
}

function dropUndefined(params: SamplingParams): SamplingParams {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}
