/** @tokenmill/sources: where logits come from. */
export { type FunctionContext, type FunctionSourceOptions, functionSource } from "./function/functionSource.ts";
export { type ModelOptions, type ModelRuntime, modelRuntimes, openModel } from "./models/openModel.ts";
export { loadModuleSource } from "./module/moduleSource.ts";
export { naturalLog } from "./numeric/naturalLog.ts";
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
