/** @tokenmill/core: sampling kernels, parameters, the single-thread sampler, and the contracts between packages. */
export * from "./contracts/dtype.ts";
export * from "./contracts/events.ts";
export * from "./contracts/grammar.ts";
export * from "./contracts/source.ts";
export * from "./contracts/tokenizer.ts";
export type { KernelVariant } from "./instantiate.ts";
export { type Parameter, type ParameterKind, parameters, validateParams } from "./params/parameters.ts";
export { type CompiledPlan, type CompileOptions, compileParams } from "./params/plan.ts";
export { type Profile, type ProfileName, profiles } from "./params/profiles.ts";
export type { SamplingParams } from "./params/samplingParams.ts";
export { createResult, SampleError, type SampleErrorCode, type SampleResult } from "./sampler/result.ts";
export { createSampler, type Distribution, type Draw, type Sampler, type SamplerOptions } from "./sampler/sampler.ts";
export type { CustomStage, CustomStageContext } from "./sampler/customStage.ts";
export { type CustomStageName, type StageName, stages } from "./stages/stages.ts";
export type { PackedStage, Stage } from "./stages/stage.ts";
export { type DraftVerification, type VerifiedDraft, verifyDraft } from "./speculation/verifyDraft.ts";
export { detectKgw, type KgwDetection, type KgwScore } from "./watermark/detectKgw.ts";
export { detectSynthId, type SynthIdDetection, type SynthIdScore } from "./watermark/detectSynthId.ts";
