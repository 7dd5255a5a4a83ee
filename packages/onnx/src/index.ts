/** @tokenmill/onnx: ONNX language models through onnxruntime-node. */
export { createOnnxModel, type OnnxModelOptions } from "./createOnnxModel.ts";
