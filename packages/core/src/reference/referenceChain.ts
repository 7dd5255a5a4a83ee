/** Runs a whole chain through the f64 references. */
import { isCustomName, withDefaults } from "../params/parameters.ts";
import { orderOf, profiles } from "../params/profiles.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { type StageName, stages } from "../stages/stages.ts";
import type { ReferenceRow } from "./referenceRow.ts";

/** Applies every stage of the chain but custom ones, in order. */
export function referenceChain(row: ReferenceRow, params: SamplingParams): void {
  const complete = withDefaults(params);
  for (const name of orderOf(complete)) if (!isCustomName(name)) referenceStage(row, name, complete);
}

/** Applies one stage, if the params turn it on. */
export function referenceStage(row: ReferenceRow, name: StageName, params: SamplingParams): void {
  const profile = profiles[params.profile ?? "tokenmill"];
  const stage = stages[name];
  if (!stage.pack(params, profile)) return;
  if (stage.kind === "edit") row.applyBeta();
  stage.reference(row, params, profile);
}
