/** Writes a folder as exporters leave it: graph, `config.json`, tokenizer and its configuration. A larger vocabulary than the tokenizer's pads the rows. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decoderConfig, decoderGraph, type GraphForm } from "./decoder.ts";
import { tinyEos, tinyOnnxVocabSize, tokenizerConfig, tokenizerJson } from "./tokenizerJson.ts";

export function writeTinyOnnx(directory: string, form: GraphForm, vocabSize = tinyOnnxVocabSize): void {
  mkdirSync(join(directory, "onnx"), { recursive: true });
  const config = { ...decoderConfig, vocab_size: vocabSize, eos_token_id: tinyEos.id };
  const files = { "config.json": config, "tokenizer.json": tokenizerJson, "tokenizer_config.json": tokenizerConfig };
  for (const [name, value] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(value));
  writeFileSync(join(directory, "onnx", "model.onnx"), decoderGraph(form, vocabSize));
}
