/** Tells of parameters that the profile or the chain leaves without effect. */
import { say } from "@tokenmill/cli";
import type { SamplingParams } from "@tokenmill/core";
import { orderText, unusedParams } from "@tokenmill/core/internal";

/** A line on stderr, if there is something to say of params that have been checked. */
export function warnOfUnused(params: SamplingParams): void {
  const unused = unusedParams(params);
  if (unused.length > 0) say(`tokenmill: without effect: ${unusedText(unused, params)}`);
}

/** `topK, minP (profile "llama.cpp" with mirostat has no such stage)`. */
export function unusedText(unused: readonly (keyof SamplingParams)[], params: SamplingParams): string {
  return `${unused.join(", ")} (${orderText(params)} leaves their stages out)`;
}
