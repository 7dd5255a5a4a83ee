/** Checks params against the list of parameters. */
import { checkInteger, checkOptions, refuse, refuseUnknown } from "@tokenmill/check";
import { defaultLogprobTokenIds } from "../records/sampleResult.ts";
import { samplerNames, samplers } from "../samplers/table.ts";
import { foreignHint } from "./foreignHints.ts";
import { isStringList, parameterSpecs } from "./parameterSpecs.ts";
import { isCustomName, type SamplingParams } from "./samplingParams.ts";

const parameterNames: readonly string[] = parameterSpecs.map((spec) => spec.name);

/**
 * Checks every parameter's name and range. `customStages`: the names that a chain may have with `custom:` before them;
 * absent: any. `maxLogprobTokenIds`: the most that `logprobTokenIds` may name; absent: 128.
 * @throws TypeError for an unknown name or a wrong type, RangeError for a value out of range; the message names both.
 */
export function validateParams(
  params: SamplingParams,
  vocabSize: number,
  maxLogprobs: number,
  customStages?: readonly string[],
  maxLogprobTokenIds: number = defaultLogprobTokenIds,
): void {
  checkOptions("params", params, parameterNames, "parameter", foreignHint);
  checkInteger("vocabSize", vocabSize, { min: 1, max: Number.MAX_SAFE_INTEGER });
  checkInteger("maxLogprobs", maxLogprobs, { min: 0, max: Number.MAX_SAFE_INTEGER });
  checkInteger("maxLogprobTokenIds", maxLogprobTokenIds, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (customStages !== undefined && !isStringList(customStages)) {
    refuse("customStages", "array of names", customStages, true);
  }
  for (const { name, expected, hasType, faultOf } of parameterSpecs) {
    const value = params[name];
    if (value === undefined) continue;
    if (!hasType(value)) refuse(name, expected, value, true);
    if (name === "chain") checkStageNames(params.chain!, customStages);
    const fault = faultOf(value, vocabSize);
    if (fault) refuse(`${name}${fault.at ?? ""}`, fault.expected ?? expected, fault.value, false);
  }
  for (const name of samplerNames) {
    const contradiction = samplers[name].contradiction?.(params);
    if (!contradiction) continue;
    const { name: culprit, expected, mentions } = contradiction;
    refuse(culprit, expected, params[culprit], false, mentions);
  }
  if (params.logprobs !== undefined && params.logprobs > maxLogprobs) {
    refuse("logprobs", `integer in [0, ${maxLogprobs}] (maxLogprobs)`, params.logprobs, false);
  }
  const { logprobTokenIds = [] } = params;
  if (logprobTokenIds.length > maxLogprobTokenIds) {
    refuse("logprobTokenIds", `at most ${maxLogprobTokenIds} ids (maxLogprobTokenIds)`, logprobTokenIds, false);
  }
}

function checkStageNames(chain: readonly string[], customStages: readonly string[] | undefined): void {
  const known = customStages?.map((stage) => `custom:${stage}`) ?? chain;
  const ours = chain.filter((stage) => !isCustomName(stage));
  refuseUnknown(ours, samplerNames, '"chain" stage', undefined, "chain");
  refuseUnknown(chain.filter(isCustomName), known, '"chain" stage', undefined, "chain");
}
