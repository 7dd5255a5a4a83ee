/** @tokenmill/sources: where logits come from. */
export {
  createEmbeddedModel,
  type EmbeddedModel,
  type EmbeddedModelOptions,
  type ModelWarning,
} from "./embedded/embeddedModel.ts";
export { cacheDirectory } from "./embedded/cacheDirectory.ts";
export type { ModelProgress } from "./embedded/trainModel.ts";
export { loadR50kTokenizer } from "./tokenizer/r50kTokenizer.ts";
export { type FunctionContext, type FunctionSourceOptions, functionSource } from "./function/functionSource.ts";
export type { SyntheticKind } from "./synthetic/kinds.ts";
export { createSyntheticSource, type SyntheticSourceOptions } from "./synthetic/syntheticSource.ts";
export { type NpyArray, type NpyFile, openNpy, parseNpy, readNpy, writeNpy } from "./trace/npyFile.ts";
export { type NpyDtype, NpyError, type NpyErrorCode } from "./trace/npyHeader.ts";
export {
  createTraceSource,
  type TraceFileOptions,
  type TraceRowsOptions,
  type TraceSourceOptions,
} from "./trace/traceSource.ts";
