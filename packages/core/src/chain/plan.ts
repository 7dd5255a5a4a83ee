/** Compiles params to a plan: what one kernel call walks, with what belongs to it. */
import { checkInteger, checkOptions, mostTokens, refuse, refuseBecause } from "@tokenmill/check";
import { isStringList } from "../params/parameterSpecs.ts";
import { packPlan } from "../params/packPlan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { defaultLogprobTokenIds, defaultSamplingMask, mostLogprobTokenIds } from "../records/sampleResult.ts";
import { validateParams } from "../params/validateParams.ts";
import { withDefaults } from "../params/withDefaults.ts";
import { opcodeOf } from "./opcodes.ts";
import { type StageName, stagesOf } from "./order.ts";
import { checkStateOf, initialStateOf } from "./sequenceState.ts";
import { unusedParams } from "./unusedParams.ts";

export interface CompiledPlan {
  /** The params with the profile's defaults. */
  readonly params: Readonly<SamplingParams>;
  /** The stages that are on, in order. */
  readonly stageNames: readonly StageName[];
  /** Of the params that were given, those that change nothing: the profile or the chain leaves their stages out, or they are off. */
  readonly unusedParams: readonly (keyof SamplingParams)[];
  /** The record for the kernels; valid at any 8-byte-aligned address. */
  readonly bytes: Uint8Array;
  /** What a sequence's state starts from; undefined if no stage remembers anything. */
  readonly initialState: readonly number[] | undefined;
  /** What the plan was compiled for; it runs nowhere else. */
  readonly compiledFor: Readonly<Required<CompileOptions>>;
}

export interface CompileOptions {
  /** Tokens of a row, 1 … 2^24; ids are checked against it. */
  vocabSize: number;
  /** Largest `logprobs`, 0 … 2^24. */
  maxLogprobs: number;
  /** Most ids in `logprobTokenIds`, 0 … 4096. Absent: 128. */
  maxLogprobTokenIds?: number;
  /** Most tokens of a sampling mask, 0 … 2^24. Absent: 2048. */
  maxSamplingMask?: number;
  /** Names of the custom stages that can run, without `custom:`, in the order that plans number them. Absent: none. */
  customStages?: readonly string[];
}

const known = [
  "vocabSize",
  "maxLogprobs",
  "maxLogprobTokenIds",
  "maxSamplingMask",
  "customStages",
] as const satisfies (keyof CompileOptions)[];

/** What `compileParams` made: an object that only looks like a plan would have the kernels read anything. */
const compiled = new WeakSet<object>();

/**
 * Validates the params and packs them.
 * @throws TypeError, RangeError: see `validateParams`.
 */
export function compileParams(params: SamplingParams, options: CompileOptions): CompiledPlan {
  checkOptions("options", options, known, "compile option");
  const { customStages = [], maxLogprobTokenIds = defaultLogprobTokenIds, maxSamplingMask } = options;
  checkInteger("vocabSize", options.vocabSize, { min: 1, max: mostTokens });
  checkInteger("maxLogprobs", options.maxLogprobs, { min: 0, max: mostTokens });
  checkInteger("maxLogprobTokenIds", maxLogprobTokenIds, { min: 0, max: mostLogprobTokenIds });
  if (maxSamplingMask !== undefined) checkInteger("maxSamplingMask", maxSamplingMask, { min: 0, max: mostTokens });
  if (!isStringList(customStages)) refuse("customStages", "array of names", customStages, true);
  validateParams(params, options.vocabSize, options.maxLogprobs, customStages, maxLogprobTokenIds);
  return compileValid(params, options);
}

/** The same for params that `validateParams` has accepted with these options. @throws RangeError without room for a sampling mask */
export function compileValid(params: SamplingParams, options: CompileOptions): CompiledPlan {
  const { vocabSize, maxLogprobs, maxLogprobTokenIds = defaultLogprobTokenIds, customStages = [] } = options;
  const { maxSamplingMask = defaultSamplingMask } = options;
  if (params.samplingMask && maxSamplingMask === 0) {
    refuse("samplingMask", "false, as maxSamplingMask is 0", params.samplingMask, false);
  }
  const complete = withDefaults(params);
  const active = stagesOf(complete, customStages);
  const stageNames = active.map(({ name }) => name);
  const initialState = initialStateOf(stageNames, complete);
  const plan: CompiledPlan = {
    params: complete,
    stageNames,
    unusedParams: unusedParams(params),
    bytes: packPlan(
      complete,
      active.map(({ name, packed }) => ({ opcode: opcodeOf(name), packed })),
      initialState !== undefined,
      maxSamplingMask,
    ),
    initialState,
    compiledFor: { vocabSize, maxLogprobs, maxLogprobTokenIds, maxSamplingMask, customStages: [...customStages] },
  };
  compiled.add(plan);
  return plan;
}

/** Whether the value is a plan of `compileParams`, not a copy of one. */
export function isCompiled(value: object): value is CompiledPlan {
  return compiled.has(value);
}

/** @throws RangeError if the plan was compiled for another vocabulary, other capacities or other custom stages. */
export function checkCompiledFor(name: string, plan: CompiledPlan, options: Required<CompileOptions>): void {
  const { vocabSize, maxLogprobs, maxLogprobTokenIds, maxSamplingMask, customStages } = plan.compiledFor;
  const mismatch = (what: string, expected: unknown, actual: unknown): void => {
    if (expected === actual) return;
    const word = (value: unknown): string => (value === "" ? "none" : String(value));
    refuseBecause(name, `expected a plan for ${what} ${word(expected)}, got one for ${word(actual)}`, false);
  };
  mismatch("vocabSize", options.vocabSize, vocabSize);
  mismatch("maxLogprobs", options.maxLogprobs, maxLogprobs);
  mismatch("maxLogprobTokenIds", options.maxLogprobTokenIds, maxLogprobTokenIds);
  mismatch("maxSamplingMask", options.maxSamplingMask, maxSamplingMask);
  mismatch("the custom stages", options.customStages.join(", "), customStages.join(", "));
}

/** @throws TypeError, RangeError for what is no state of a sequence of this plan. */
export function checkState(name: string, state: ArrayLike<number>, { stageNames }: CompiledPlan): void {
  checkStateOf(stageNames, name, state);
}
