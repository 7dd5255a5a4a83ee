/** Runs a whole chain through the f64 references. */
import { withDefaults } from "../params/parameters.ts";
import { profiles } from "../params/profiles.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { stages } from "../stages/stages.ts";
import type { ReferenceRow } from "./referenceRow.ts";

/** Applies every stage of the profile, in order. */
export function referenceChain(row: ReferenceRow, params: SamplingParams): void {
  const complete = withDefaults(params);
  const profile = profiles[complete.profile ?? "tokenmill"];
  for (const name of profile.order) stages[name].reference(row, complete, profile);
}
