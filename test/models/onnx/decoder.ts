/**
 * A random two-layer decoder with rotary positions and grouped heads as an ONNX graph, in the two forms that exporters write:
 * `optimum` takes and gives the keys and values of all tokens, `shared` (onnxruntime-genai's) keeps them in one buffer through
 * GroupQueryAttention. Both compute the same rows.
 */
import { Graph } from "./graph.ts";

export type GraphForm = "optimum" | "shared";

const embedding = 32;
const feedForward = 64;
const heads = 4;
const keyHeads = 2;
const headSize = 16;
const layers = 2;
const contextTokens = 256;
const halfSize = headSize / 2;

/** As a `config.json` has it. */
export const decoderConfig = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: embedding,
  head_dim: headSize,
  num_attention_heads: heads,
  num_key_value_heads: keyHeads,
  num_hidden_layers: layers,
  max_position_embeddings: contextTokens,
} as const;

/** The same for the same seed. */
function weights(count: number, seed: number, scale: number): Float32Array {
  let state = Math.imul(seed, 0x9e3779b1);
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) / 2 ** 24 - 0.5) * scale;
  });
}

interface Shared {
  readonly graph: Graph;
  /** A matrix of random weights. */
  matrix(rows: number, columns: number, scale?: number): string;
  normalized(x: string): string;
}

interface Attention {
  /** @returns context `[rows, tokens, heads × headSize]` of the layer's `[…]` query, key and value */
  attend(layer: number, query: string, key: string, value: string): string;
}

export function decoderGraph(form: GraphForm, vocabSize: number): Buffer {
  const graph = new Graph();
  let seed = 1;
  const shared: Shared = {
    graph,
    matrix: (rows, columns, scale = 1) => graph.floats([rows, columns], weights(rows * columns, seed++, scale)),
    normalized: (x) => {
      const ones = graph.floats([embedding], new Float32Array(embedding).fill(1));
      return graph.op("LayerNormalization", [x, ones], { axis: -1 });
    },
  };
  const { matrix, normalized } = shared;
  const ids = graph.input("input_ids", "int64", ["batch", "tokens"]);
  const mask = graph.input("attention_mask", "int64", ["batch", "total"]);
  const attention = form === "optimum" ? optimumAttention(graph, mask) : sharedAttention(graph, mask);
  let x = graph.op("Gather", [matrix(vocabSize, embedding, 2), ids]);
  for (let layer = 0; layer < layers; layer++) {
    const h = normalized(x);
    const [query, key, value] = [heads, keyHeads, keyHeads].map((count) =>
      graph.op("MatMul", [h, matrix(embedding, count * headSize)]),
    );
    const context = attention.attend(layer, query!, key!, value!);
    x = graph.op("Add", [x, graph.op("MatMul", [context, matrix(heads * headSize, embedding)])]);
    const inner = graph.op("Relu", [graph.op("MatMul", [normalized(x), matrix(embedding, feedForward)])]);
    x = graph.op("Add", [x, graph.op("MatMul", [inner, matrix(feedForward, embedding)])]);
  }
  graph.node("MatMul", [normalized(x), matrix(embedding, vocabSize)], ["logits"]);
  graph.output("logits", "float", ["batch", "tokens", vocabSize]);
  return graph.toBuffer();
}

/** Cosines and sines of positions, `[contextTokens, headSize / 2]`. */
function rotaryTables(graph: Graph): [cosines: string, sines: string] {
  const table = (of: (angle: number) => number): string =>
    graph.floats(
      [contextTokens, halfSize],
      Float32Array.from({ length: contextTokens * halfSize }, (_, i) =>
        of(Math.floor(i / halfSize) / 10_000 ** ((i % halfSize) / halfSize)),
      ),
    );
  return [table(Math.cos), table(Math.sin)];
}

function pastAndPresent(graph: Graph, layer: number): { past: [string, string]; present: [string, string] } {
  const shape = (length: string) => ["batch", keyHeads, length, headSize];
  const names = ["key", "value"] as const;
  const past = names.map((name) => graph.input(`past_key_values.${layer}.${name}`, "float", shape("past")));
  const present = names.map((name) => graph.output(`present.${layer}.${name}`, "float", shape("total")));
  return { past: past as [string, string], present: present as [string, string] };
}

/** GroupQueryAttention does all of it; the mask only says how long each row is. */
function sharedAttention(graph: Graph, mask: string): Attention {
  const [cosines, sines] = rotaryTables(graph);
  const int32 = { to: 6 };
  const counted = graph.op("ReduceSum", [mask, graph.int64([1])], { keepdims: 0 });
  const lengths = graph.op("Cast", [graph.op("Sub", [counted, graph.int64([1])])], int32);
  const total = graph.op("Cast", [graph.op("Gather", [graph.op("Shape", [mask]), graph.int64(1)])], int32);
  return {
    attend(layer, query, key, value) {
      const { past, present } = pastAndPresent(graph, layer);
      const inputs = [query, key, value, ...past, lengths, total, cosines, sines];
      const counts = { num_heads: heads, kv_num_heads: keyHeads, do_rotary: 1 };
      return graph.node("GroupQueryAttention", inputs, [`context_${layer}`, ...present], counts, "com.microsoft")[0]!;
    },
  };
}

/** Spelt out, with the positions as an input. */
function optimumAttention(graph: Graph, mask: string): Attention {
  const positions = graph.input("position_ids", "int64", ["batch", "tokens"]);
  const one = graph.int64([1]);
  const [cosines, sines] = rotaryTables(graph).map((table) =>
    graph.op("Unsqueeze", [graph.op("Gather", [table, positions]), one]),
  );
  const lengthOf = (x: string) => graph.op("Gather", [graph.op("Shape", [x]), graph.int64(1)]);
  const [total, tokens] = [lengthOf(mask), lengthOf(positions)];
  const [zero, step] = [graph.int64(0), graph.int64(1)];
  const columns = graph.op("Range", [zero, total, step]);
  const rows = graph.op("Unsqueeze", [graph.op("Range", [graph.op("Sub", [total, tokens]), total, step]), one]);
  const isPast = graph.op("LessOrEqual", [columns, rows]);
  const isThere = graph.op("Unsqueeze", [graph.op("Cast", [mask], { to: 9 }), graph.int64([1, 2, 3])]);
  const scalar = (value: number) => graph.floats([], Float32Array.of(value));
  const bias = graph.op("Where", [graph.op("And", [isPast, isThere]), scalar(0), scalar(-1e9)]);
  const byHead = (x: string, count: number) =>
    graph.op("Transpose", [graph.op("Reshape", [x, graph.int64([0, 0, count, headSize])])], { perm: [0, 2, 1, 3] });
  const rotated = (x: string) => {
    const halves = [0, halfSize].map((from) =>
      graph.op("Slice", [x, graph.int64([from]), graph.int64([from + halfSize]), graph.int64([3])]),
    );
    const times = (half: number, table: string | undefined) => graph.op("Mul", [halves[half]!, table!]);
    const first = graph.op("Sub", [times(0, cosines), times(1, sines)]);
    return graph.op("Concat", [first, graph.op("Add", [times(1, cosines), times(0, sines)])], { axis: 3 });
  };
  return {
    attend(layer, query, key, value) {
      const { past, present } = pastAndPresent(graph, layer);
      const rotatedKey = rotated(byHead(key, keyHeads));
      graph.node("Concat", [past[0], rotatedKey], [present[0]], { axis: 2 });
      graph.node("Concat", [past[1], byHead(value, keyHeads)], [present[1]], { axis: 2 });
      const [keys, values] = present.map((x) => graph.op("Unsqueeze", [x, graph.int64([2])]));
      const groups = graph.int64([0, keyHeads, heads / keyHeads, -1, headSize]);
      const queries = graph.op("Reshape", [rotated(byHead(query, heads)), groups]);
      const products = graph.op("MatMul", [queries, graph.op("Transpose", [keys!], { perm: [0, 1, 2, 4, 3] })]);
      const scores = graph.op("Add", [graph.op("Mul", [products, scalar(headSize ** -0.5)]), bias]);
      const context = graph.op("MatMul", [graph.op("Softmax", [scores], { axis: -1 }), values!]);
      const joined = graph.op("Reshape", [context, graph.int64([0, heads, -1, headSize])]);
      const inOrder = graph.op("Transpose", [joined], { perm: [0, 2, 1, 3] });
      return graph.op("Reshape", [inOrder, graph.int64([0, 0, heads * headSize])]);
    },
  };
}
