/** Runs a decoder's graph: token ids, mask and positions as its inputs want them. */
import type { StepItem } from "@tokenmill/contracts";
import type { GraphFacts } from "./graphFacts.ts";
import type { InferenceSession, OnnxRuntime, Tensor, Values } from "./runtime.ts";

/** A rectangle of tokens: `tokenIds` has `rows` × `tokens`, each row after `positions[row]` others. */
export interface TokenBlock {
  readonly tokenIds: ArrayLike<number>;
  readonly rows: number;
  readonly tokens: number;
  readonly positions: readonly number[];
}

export class GraphRunner {
  readonly facts: GraphFacts;
  readonly #runtime: OnnxRuntime;
  readonly #session: InferenceSession;

  constructor(runtime: OnnxRuntime, session: InferenceSession, facts: GraphFacts) {
    this.#runtime = runtime;
    this.#session = session;
    this.facts = facts;
  }

  run(block: TokenBlock, past: Values, fetches: Record<string, Tensor | null>): Promise<Values> {
    const { rows, tokens, positions } = block;
    const lengths = positions.map((position) => position + tokens);
    const total = Math.max(...lengths);
    const mask = new BigInt64Array(rows * total);
    lengths.forEach((length, row) => mask.fill(1n, row * total, row * total + length));
    const feeds: Values = {
      ...past,
      input_ids: this.#int64(
        BigInt64Array.from({ length: rows * tokens }, (_, i) => BigInt(block.tokenIds[i]!)),
        rows,
      ),
      attention_mask: this.#int64(mask, rows),
    };
    if (this.facts.hasPositions) {
      const places = Array.from({ length: rows * tokens }, (_, i) => positions[Math.floor(i / tokens)]! + (i % tokens));
      feeds["position_ids"] = this.#int64(BigInt64Array.from(places, BigInt), rows);
    }
    return this.#session.run(feeds, fetches);
  }

  floats(data: Float32Array, dims: readonly number[]): Tensor {
    return new this.#runtime.Tensor("float32", data, dims);
  }

  #int64(values: BigInt64Array, rows: number): Tensor {
    return new this.#runtime.Tensor("int64", values, [rows, values.length / rows]);
  }
}

/** Runs an item that has the block to itself, and writes its rows. @returns the other outputs that were fetched */
export async function runAlone(
  runner: GraphRunner,
  { tokenIds, position, rows }: StepItem,
  past: Values,
  fetches: Record<string, Tensor | null>,
): Promise<Values> {
  const tokens = tokenIds.length;
  const wanted = rows.length > 0 ? { ...fetches, logits: null } : fetches;
  const output = await runner.run({ tokenIds, rows: 1, tokens, positions: [position] }, past, wanted);
  const { vocabSize } = runner.facts;
  if (rows.length > 0) {
    const logits = output["logits"]!.data as Float32Array;
    if (logits.length !== tokens * vocabSize) {
      throw new Error(`the ONNX graph was expected to give ${tokens} rows of logits, got ${logits.length / vocabSize}`);
    }
    for (const { index, target } of rows) target.set(logits.subarray(index * vocabSize, (index + 1) * vocabSize));
  }
  return output;
}
