/** @tokenmill/transformers: tokenmill's samplers in the `generate()` of transformers.js. */
export { createLogitsProcessor, type LogitsProcessor, type LogitsProcessorOptions } from "./createLogitsProcessor.ts";
export type { RowRequest } from "./rowRequest.ts";
export type { DrawnToken, GeneratedRow } from "./generatedRow.ts";
export type { LogitsTensor, MaskTensor } from "./tensors.ts";
