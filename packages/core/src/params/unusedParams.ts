/** Which of the params that a user gave have no effect, because the profile or the chain leaves their stages out. */
import { stages, type StageName } from "../stages/stages.ts";
import { withDefaults } from "./parameters.ts";
import { orderOf, profiles } from "./profiles.ts";
import type { SamplingParams } from "./samplingParams.ts";

/** They act outside of the chain too: on the end of a sequence. */
const actElsewhere: readonly (keyof SamplingParams)[] = ["stopTokenIds"];

/**
 * Params in the order in which they were given, of params that `validateParams` has accepted. Those that leave their stage
 * off in every chain (`topK: 0`) ask for nothing and are not listed.
 */
export function unusedParams(params: SamplingParams): (keyof SamplingParams)[] {
  const complete = withDefaults(params);
  const order = new Set<string>(orderOf(complete));
  const profile = profiles[complete.profile ?? "tokenmill"];
  const names = Object.keys(stages) as StageName[];
  const used = new Set(names.filter((name) => order.has(name)).flatMap((name) => stages[name].params));
  const missed = new Set(
    names
      .filter((name) => !order.has(name) && stages[name].pack(complete, profile))
      .flatMap((name) => stages[name].params)
      .filter((name) => !used.has(name) && !actElsewhere.includes(name)),
  );
  return (Object.keys(params) as (keyof SamplingParams)[]).filter(
    (name) => params[name] !== undefined && missed.has(name),
  );
}
