/**
 * onnxruntime-node: its own operators do the work over the vocabulary, one thread, a row a run; what is left of it (the
 * draw, cuts of 40 logits) is plain JavaScript. Inputs are views of the rows, not copies.
 */
import { defaultChainCount, drawFirst, topPCount } from "./cuts.ts";
import { importPeer, versionOf } from "./installed.ts";
import { type OnnxGraph, onnxModel } from "./onnxModel.ts";
import { defaultChain, type OpenPeer, parameters } from "./peer.ts";

interface OrtTensor {
  readonly data: Float32Array | BigInt64Array;
}
interface OrtSession {
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
}
interface Ort {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
}

const argMax: OnnxGraph = {
  nodes: [{ op: "ArgMax", inputs: ["x"], outputs: ["id"], attributes: { axis: -1 } }],
  outputs: { id: "i64" },
};
const softmaxAt = (temperature: number): OnnxGraph => ({
  nodes: [
    { op: "Div", inputs: ["x", "t"], outputs: ["scaled"] },
    { op: "Softmax", inputs: ["scaled"], outputs: ["p"], attributes: { axis: -1 } },
  ],
  constants: { t: { f32: temperature } },
  outputs: { p: "f32" },
});
const largest = (k: number): OnnxGraph => ({
  nodes: [{ op: "TopK", inputs: ["x", "k"], outputs: ["values", "ids"] }],
  constants: { k: { i64: k } },
  outputs: { values: "f32", ids: "i64" },
});

export const openOnnxRuntime: OpenPeer = async (rows) => {
  const ort = await importPeer<Ort>("onnxruntime-node/dist/index.js");
  const vocabSize = rows[0]!.length;
  const inputs = rows.map((row) => new ort.Tensor("float32", row, [1, vocabSize]));
  const open = async (graph: OnnxGraph): Promise<(index: number) => Promise<Record<string, OrtTensor>>> => {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" };
    const session = await ort.InferenceSession.create(onnxModel(graph, vocabSize), options);
    return (index) => session.run({ x: inputs[index]! });
  };
  const firstId = await open(argMax);
  const softmax = await open(softmaxAt(parameters.temperature));
  const top40 = await open(largest(parameters.topK));
  const sorted = await open(largest(vocabSize));
  const idsOf = ({ ids }: Record<string, OrtTensor>, count: number): number[] =>
    Array.from((ids!.data as BigInt64Array).subarray(0, count), Number);
  const valuesOf = ({ values }: Record<string, OrtTensor>): Float32Array => values!.data as Float32Array;

  return {
    name: "onnxruntime-node",
    version: versionOf("onnxruntime-node"),
    settings: [
      { setting: "greedy", rows: 64, sample: async (i) => Number((await firstId(i))["id"]!.data[0]) },
      {
        setting: "full vocabulary, T 0.8",
        rows: 8,
        sample: async (i, u) => {
          const probs = (await softmax(i))["p"]!.data as Float32Array;
          let target = u;
          for (let id = 0; id < probs.length; id++) {
            target -= probs[id]!;
            if (target < 0) return id;
          }
          return probs.length - 1;
        },
      },
      {
        setting: "top-k 40",
        rows: 64,
        sample: async (i, u) => {
          const top = await top40(i);
          return Number(top["ids"]!.data[drawFirst(valuesOf(top), parameters.topK, 1, u)]);
        },
        kept: async (i) => idsOf(await top40(i), parameters.topK),
      },
      {
        setting: "llama.cpp default chain",
        rows: 64,
        sample: async (i, u) => {
          const top = await top40(i);
          const values = valuesOf(top);
          const drawn = drawFirst(values, defaultChainCount(values), defaultChain.temperature, u);
          return Number(top["ids"]!.data[drawn]);
        },
        kept: async (i) => {
          const top = await top40(i);
          return idsOf(top, defaultChainCount(valuesOf(top)));
        },
      },
      {
        setting: "top-p 0.9",
        rows: 2,
        sample: async (i, u) => {
          const top = await sorted(i);
          const values = valuesOf(top);
          return Number(top["ids"]!.data[drawFirst(values, topPCount(values, parameters.topP), 1, u)]);
        },
        kept: async (i) => {
          const top = await sorted(i);
          return idsOf(top, topPCount(valuesOf(top), parameters.topP));
        },
      },
    ],
  };
};
