/** Tells of parameters without effect. */
import { say } from "@tokenmill/cli";
import type { SamplingParams } from "@tokenmill/core";
import { unusedParams, unusedText } from "@tokenmill/core/internal";

/** A line on stderr, if there is something to say of params that have been checked. */
export function warnOfUnused(params: SamplingParams): void {
  const unused = unusedParams(params);
  if (unused.length > 0) say(`tokenmill: without effect: ${unusedText(unused, params)}`);
}
