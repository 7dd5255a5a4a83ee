/** @tokenmill/core: sampling kernels, parameters, the single-thread sampler; the contracts between packages again. */
export * from "@tokenmill/contracts";
export type { KernelVariant } from "./instantiate.ts";
export type { KernelModule } from "./kernelModule.ts";
export { foreignHint } from "./params/foreignHints.ts";
export { type ForeignEngine, type ForeignName, foreignNames } from "./params/foreignNames.ts";
export type {
  Fault,
  ParameterFacts,
  ParameterKind,
  ParameterNotes,
  ParameterSpec,
  Samples,
} from "./kinds/parameter.ts";
export { type Parameter, parameters } from "./params/parameters.ts";
export { validateParams } from "./params/validateParams.ts";
export { type CompiledPlan, type CompileOptions, compileParams } from "./chain/plan.ts";
export { type Profile, type ProfileName, profiles } from "./profiles/index.ts";
export type { NumberRange, RangeEnds } from "./kinds/range.ts";
export { checkSeed, drawSeed, randomSeed, seedBits } from "./random/seed.ts";
export type { GenerateRequest } from "./params/generateRequest.ts";
export { type Phase, type PhaseParams, type PhaseStart, wholeRequestParams } from "./params/phases.ts";
export type { CustomStageName, SamplingParams } from "./params/samplingParams.ts";
export { createResult, SampleError, type SampleErrorCode, type SampleResult } from "./records/sampleResult.ts";
export { writeSparseRow } from "./records/sparse.ts";
export { createSampler } from "./sampler/sampler.ts";
export type { Distribution, Draw, Sampler, SamplerOptions } from "./sampler/types.ts";
export type { SequenceOptions, SequenceSampler } from "./sampler/sequenceSampler.ts";
export type { CustomStage, CustomStageContext } from "./sampler/customStage.ts";
export { loadCustomStages } from "./sampler/loadCustomStages.ts";
export type { StageName } from "./chain/order.ts";
export type { PackedStage, SamplerEntry } from "./samplers/entry.ts";
export type { Example, SamplerReference } from "./samplers/reference.ts";
export { type AnyReference, samplerReferences } from "./samplers/references.ts";
export {
  type AnySampler,
  type BoundaryRules,
  type SamplerName,
  samplerNames,
  samplers,
  type SamplersParams,
} from "./samplers/table.ts";
export { type DraftVerification, type VerifiedDraft, verifyDraft } from "./speculation/verifyDraft.ts";
export { detectKgw, type KgwDetection, type KgwScore } from "./watermark/detectKgw.ts";
export { detectSynthId, type SynthIdDetection, type SynthIdScore } from "./watermark/detectSynthId.ts";
