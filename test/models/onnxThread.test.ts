/** The thread of an ONNX model, over a runtime that is not there: its tensors fail where memory would be at its end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxModel } from "@tokenmill/onnx";
import { afterAll, expect, it } from "vitest";
import { tinyOnnxVocabSize } from "./onnx/tokenizerJson.ts";
import { writeTinyOnnx } from "./onnx/writeTinyOnnx.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-onnx-thread-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Slots of that length cannot be made. */
const failingLength = 5;
const runtime = `
class Tensor {
  constructor(type, data, dims) {
    if (dims[2] === ${failingLength}) throw new RangeError("Array buffer allocation failed");
    Object.assign(this, { type, data, dims });
  }
}
const float = (name, shape) => ({ name, type: "float32", shape });
const cached = (names) => names.map((name) => float(name, ["batch", 1, "length", 1]));
const pasts = ["past_key_values.0.key", "past_key_values.0.value"];
const presents = ["present.0.key", "present.0.value"];
const session = {
  inputNames: ["input_ids", "attention_mask", ...pasts],
  outputNames: ["logits", ...presents],
  inputMetadata: cached(pasts),
  outputMetadata: [float("logits", ["batch", "length", ${tinyOnnxVocabSize}]), ...cached(presents)],
  async run(feeds) {
    const tokens = feeds.input_ids.dims[1];
    const length = feeds[pasts[0]].dims[2] + tokens;
    const present = () => new Tensor("float32", new Float32Array(length), [1, 1, length, 1]);
    return { logits: { data: new Float32Array(tokens * ${tinyOnnxVocabSize}) }, [presents[0]]: present(), [presents[1]]: present() };
  },
  async release() {},
};
module.exports = { Tensor, InferenceSession: { create: async () => session } };
`;

it("a fork that fails ends the thread: no later step is answered by what became of it", async () => {
  const folder = join(directory, "node_modules/onnxruntime-node");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.js"), runtime);
  const modelPath = join(directory, "model");
  writeTinyOnnx(modelPath, "optimum");
  const model = await createOnnxModel({ modelPath, runtimeDirectory: directory, sequences: 2, contextTokens: 32 });
  const { signal } = new AbortController();
  const step = (slot: number, position: number): Promise<void> =>
    model.step([{ slot, position, tokenIds: new Int32Array(8), rows: [] }], signal);
  await step(0, 0);
  model.fork(0, 1, failingLength);
  await expect(step(0, 8)).rejects.toThrow("Array buffer allocation failed");
  await expect(step(0, 8)).rejects.toThrow("Array buffer allocation failed");
  await model.close();
});
