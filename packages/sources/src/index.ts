/** @tokenmill/sources: where logits come from. */
export {
  createEmbeddedModel,
  type EmbeddedModel,
  type EmbeddedModelOptions,
  type ModelWarning,
} from "./embedded/embeddedModel.ts";
export type { ModelProgress } from "./embedded/trainModel.ts";
export { loadR50kTokenizer } from "./tokenizer/r50kTokenizer.ts";
