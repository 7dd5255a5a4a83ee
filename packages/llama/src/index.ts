/** @tokenmill/llama: GGUF models as a source of logits, through llama.cpp's shared libraries. */
export { createLlamaModel, type LlamaModelOptions } from "./createLlamaModel.ts";
