/** @tokenmill/llama: GGUF models as a source of logits, through llama.cpp's shared libraries or through node-llama-cpp. */
export { createLlamaModel, type LlamaModelOptions } from "./createLlamaModel.ts";
export { createNodeLlamaCppModel, type NodeLlamaCppModelOptions } from "./nodeLlamaCpp/createNodeLlamaCppModel.ts";
