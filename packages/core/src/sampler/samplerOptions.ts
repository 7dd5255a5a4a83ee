/** Checks the sampler's options and fills in what is absent. */
import { checkFunction, checkInteger, checkName, checkOptions, mostTokens, refuse } from "@tokenmill/check";
import { dtypeBytes, type RowDtype } from "@tokenmill/contracts";
import { bestVariant, kernelVariants } from "../instantiate.ts";
import { defaultLogprobTokenIds, defaultSamplingMask, mostLogprobTokenIds } from "../records/sampleResult.ts";
import type { SamplerOptions } from "./types.ts";

const known = [
  "vocabSize",
  "dtype",
  "maxLogprobs",
  "maxLogprobTokenIds",
  "maxSamplingMask",
  "maxHistory",
  "customStages",
  "variant",
  "module",
] as const satisfies (keyof SamplerOptions)[];

export type CompleteOptions = Required<Omit<SamplerOptions, "module">> & Pick<SamplerOptions, "module">;

/** @throws TypeError, RangeError naming the option. */
export function completeOptions(options: SamplerOptions): CompleteOptions {
  checkOptions("options", options, known, "sampler option");
  const { dtype = "f32", maxLogprobs = 20, maxHistory = 65_536, customStages = {}, variant, module } = options;
  const { maxLogprobTokenIds = defaultLogprobTokenIds, maxSamplingMask = defaultSamplingMask } = options;
  checkModule(module, variant);
  return {
    vocabSize: checkInteger("vocabSize", options.vocabSize, { min: 1, max: mostTokens }),
    dtype: checkName("dtype", dtype, Object.keys(dtypeBytes) as RowDtype[]),
    maxLogprobs: checkInteger("maxLogprobs", maxLogprobs, { min: 0, max: mostTokens }),
    maxLogprobTokenIds: checkInteger("maxLogprobTokenIds", maxLogprobTokenIds, { min: 0, max: mostLogprobTokenIds }),
    maxSamplingMask: checkInteger("maxSamplingMask", maxSamplingMask, { min: 0, max: mostTokens }),
    maxHistory: checkInteger("maxHistory", maxHistory, { min: 0, max: 2 ** 28 }),
    customStages: checkStages(customStages),
    variant: variant === undefined ? bestVariant() : checkName("variant", variant, kernelVariants),
    ...(module !== undefined && { module }),
  };
}

function checkModule(module: SamplerOptions["module"], variant: SamplerOptions["variant"]): void {
  if (module === undefined) return;
  if (!(module instanceof WebAssembly.Module)) refuse("module", "WebAssembly.Module", module, true);
  if (variant !== undefined) refuse("variant", "nothing beside a module", variant, false);
}

function checkStages(stages: Required<SamplerOptions>["customStages"]): Required<SamplerOptions>["customStages"] {
  if (typeof stages !== "object" || stages === null || Array.isArray(stages)) {
    refuse("customStages", "object of functions by name", stages, true);
  }
  for (const [name, stage] of Object.entries(stages)) {
    if (name === "") refuse("customStages", "names of one character or more", name, false);
    checkFunction(`customStages.${name}`, stage);
  }
  return stages;
}
