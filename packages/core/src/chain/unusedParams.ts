/** Which of the params that a user gave have no effect, because the profile or the chain leaves their stages out. */
import { parameterSpecs } from "../params/parameterSpecs.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { withDefaults } from "../params/withDefaults.ts";
import { samplerNames, samplers } from "../samplers/table.ts";
import { orderOf, profileFor, replacementIn } from "./order.ts";

const actElsewhere = new Set(parameterSpecs.filter((spec) => spec.actsElsewhere).map(({ name }) => name));

/**
 * Params in the order in which they were given, of params that `validateParams` has accepted. Those that leave their stage
 * off in every chain (`topK: 0`) ask for nothing and are not listed.
 */
export function unusedParams(params: SamplingParams): (keyof SamplingParams)[] {
  const complete = withDefaults(params);
  const order = new Set<string>(orderOf(complete));
  const profile = profileFor(complete);
  const used = new Set(samplerNames.filter((name) => order.has(name)).flatMap((name) => samplers[name].reads));
  const missed = new Set<string>(
    samplerNames
      .filter((name) => !order.has(name) && samplers[name].pack(complete, profile))
      .flatMap((name) => samplers[name].reads)
      .filter((name) => !used.has(name) && !actElsewhere.has(name)),
  );
  return parametersIn(params).filter((name) => missed.has(name));
}

const known = new Set<string>(parameterSpecs.map(({ name }) => name));

function parametersIn(params: SamplingParams): (keyof SamplingParams)[] {
  const isGiven = (name: string): name is keyof SamplingParams => known.has(name);
  return Object.keys(params)
    .filter(isGiven)
    .filter((name) => params[name] !== undefined);
}

/** What leaves stages out, in words: `the chain`, `profile "llama.cpp" with mirostat`. */
export function orderText(params: SamplingParams): string {
  if (params.chain) return "the chain";
  const complete = withDefaults(params);
  const replacement = replacementIn(complete);
  return `profile "${complete.profile}"${replacement ? ` with ${replacement.by}` : ""}`;
}
