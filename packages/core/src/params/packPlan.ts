/** Params and their stages as the record of a plan. */
import { writePlan } from "../records/plan.ts";
import type { PackedStage } from "../samplers/entry.ts";
import type { SamplingParams } from "./samplingParams.ts";

export interface PlannedStage {
  readonly opcode: number;
  readonly packed: PackedStage;
}

/** @param maxSamplingMask what there is room for */
export function packPlan(
  params: SamplingParams,
  active: readonly PlannedStage[],
  hasState: boolean,
  maxSamplingMask: number,
): Uint8Array {
  return writePlan({
    stages: active.map(({ opcode, packed }) => ({ ...packed, opcode })),
    logprobs: params.logprobs ?? -1,
    isProcessed: params.logprobsMode === "processed",
    named: params.logprobTokenIds ?? [],
    samplingMask: params.samplingMask ? maxSamplingMask : 0,
    hasState,
  });
}
