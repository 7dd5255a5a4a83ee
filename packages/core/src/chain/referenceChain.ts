/** Runs a whole chain through the f64 references. */
import { isCustomName, type SamplingParams } from "../params/samplingParams.ts";
import { withDefaults } from "../params/withDefaults.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";
import { samplerReferences } from "../samplers/references.ts";
import { type SamplerName, samplers } from "../samplers/table.ts";
import { orderOf, profileFor } from "./order.ts";

/** Applies every stage of the chain but custom ones, in order. */
export function referenceChain(row: ReferenceRow, params: SamplingParams): void {
  const complete = withDefaults(params);
  for (const name of orderOf(complete)) if (!isCustomName(name)) referenceStage(row, name, complete);
}

/** Applies one stage, if the params turn it on. */
export function referenceStage(row: ReferenceRow, name: SamplerName, params: SamplingParams): void {
  const profile = profileFor(params);
  const sampler = samplers[name];
  if (!sampler.pack(params, profile)) return;
  if (sampler.kind === "edit") row.applyBeta();
  samplerReferences[name].law(row, params, profile);
}
