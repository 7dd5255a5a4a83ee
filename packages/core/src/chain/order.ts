/** Which stages run, in which order. */
import { isCustomName, type CustomStageName, type SamplingParams } from "../params/samplingParams.ts";
import { type Profile, profiles } from "../profiles/index.ts";
import type { PackedStage } from "../samplers/entry.ts";
import { type SamplerName, samplers } from "../samplers/table.ts";

/** A sampler of the table, or a stage of the user's own. */
export type StageName = SamplerName | CustomStageName;

/** A stage that is on, with its record. */
export interface ActiveStage {
  readonly name: StageName;
  readonly packed: PackedStage;
}

/** The profile of complete params. */
export function profileFor({ profile = "tokenmill" }: SamplingParams): Profile {
  return profiles[profile];
}

/** Which sampler replaces others of the profile's order, if one that does is on. */
export function replacementIn(params: SamplingParams): Profile["replacement"] {
  const profile = profileFor(params);
  const { replacement } = profile;
  return replacement && samplers[replacement.by].pack(params, profile) ? replacement : undefined;
}

/** The stages of complete params, in order: the `chain` that was asked for, or the profile's. */
export function orderOf(params: SamplingParams): readonly StageName[] {
  return params.chain ?? replacementIn(params)?.order ?? profileFor(params).order;
}

/** The stages of complete params that are on, in order. `customStages`: the names in the order that plans number them. */
export function stagesOf(params: SamplingParams, customStages: readonly string[]): ActiveStage[] {
  const profile = profileFor(params);
  return orderOf(params).flatMap((name): ActiveStage[] => {
    if (isCustomName(name)) return [{ name, packed: { integer: customStages.indexOf(name.slice("custom:".length)) } }];
    const packed = samplers[name].pack(params, profile);
    return packed ? [{ name, packed }] : [];
  });
}
