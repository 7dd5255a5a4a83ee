/** @tokenmill/embedded-model: a small language model that every installation has, and its tokenizer. */
export { cacheDirectory } from "./cache/cacheDirectory.ts";
export {
  createEmbeddedModel,
  type EmbeddedModel,
  type EmbeddedModelOptions,
  type ModelWarning,
} from "./embeddedModel.ts";
export { loadR50kTokenizer } from "./tokenizer/r50kTokenizer.ts";
export type { ModelProgress } from "./training/trainModel.ts";
