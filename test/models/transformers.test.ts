/** transformers.js's own `generate()` on a tiny random model, its tokens drawn by our processor. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createSampler } from "@tokenmill/core";
import { gTest } from "@tokenmill/explain";
import { createLogitsProcessor, type LogitsProcessorOptions, type RowRequest } from "@tokenmill/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyOnnxVocabSize as vocabSize } from "./onnx/tokenizerJson.ts";
import { writeTinyOnnx } from "./onnx/writeTinyOnnx.ts";
import { hasRuntime, importRuntime } from "./runtimes/runtimes.ts";

interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
  tolist(): bigint[][];
}
type Inputs = Readonly<Record<"input_ids" | "attention_mask", Tensor>>;
interface Model {
  generate(options: object): Promise<Tensor>;
  dispose(): Promise<unknown>;
}
interface Tokenizer {
  (texts: readonly string[], options: object): Inputs;
  padding_side: string;
}
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly AutoTokenizer: { from_pretrained(name: string): Promise<Tokenizer> };
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<Model> };
  readonly LogitsProcessorList: new () => { push(processor: unknown): void };
}

const directory = mkdtempSync(join(tmpdir(), "tokenmill-transformers-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe.skipIf(!hasRuntime("@huggingface/transformers"))("transformers.js", () => {
  let library: Transformers;
  let model: Model;
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    writeTinyOnnx(directory, "optimum");
    library = await importRuntime<Transformers>("@huggingface/transformers");
    Object.assign(library.env, { allowRemoteModels: false, localModelPath: `${dirname(directory)}/` });
    const name = directory.slice(dirname(directory).length + 1);
    tokenizer = await library.AutoTokenizer.from_pretrained(name);
    tokenizer.padding_side = "left";
    const session_options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    model = await library.AutoModelForCausalLM.from_pretrained(name, { dtype: "fp32", device: "cpu", session_options });
  });
  afterAll(() => model?.dispose());

  const texts = ["a long beginning of it", "b", "in the year"];
  const encode = (given: readonly string[] = texts): Inputs => tokenizer(given, { padding: true });
  const run = async (
    rows: readonly RowRequest[],
    {
      inputs = encode(),
      ...others
    }: Partial<LogitsProcessorOptions> & { inputs?: Inputs; max_new_tokens?: number } = {},
  ) => {
    const { max_new_tokens = 12, ...options } = others;
    const processor = await createLogitsProcessor({
      vocabSize,
      rows,
      attentionMask: inputs.attention_mask,
      seed: 7,
      ...options,
    });
    const list = { logits_processor: [processor], do_sample: false, max_new_tokens, eos_token_id: null };
    const output = await model.generate({ ...inputs, ...list });
    const length = inputs.input_ids.dims[1]!;
    return { processor, tokens: output.tolist().map((ids) => ids.slice(length).map(Number)) };
  };

  it("greedy equals its own, padded rows too, by a list of its own as well", async () => {
    const own = await model.generate({ ...encode(), do_sample: false, max_new_tokens: 12, eos_token_id: null });
    const { tokens } = await run([{ temperature: 0 }, { temperature: 0 }, { temperature: 0 }]);
    expect(tokens).toEqual(own.tolist().map((ids) => ids.slice(-12).map(Number)));
    const list = new library.LogitsProcessorList();
    list.push(await createLogitsProcessor({ vocabSize, rows: texts.map(() => ({ temperature: 0 })) }));
    const listed = await model.generate({
      ...encode(),
      max_new_tokens: 12,
      eos_token_id: null,
      logits_processor: list,
    });
    expect(listed.tolist()).toEqual(own.tolist());
  });

  it("each row has a seed of its own", async () => {
    const seeds = (...given: number[]): RowRequest[] => given.map((seed) => ({ topP: 0.95, seed }));
    const { tokens } = await run(seeds(1, 2, 3));
    expect((await run(seeds(1, 2, 3))).tokens).toEqual(tokens);
    const changed = (await run(seeds(1, 9, 3))).tokens;
    expect([changed[0], changed[2]]).toEqual([tokens[0], tokens[2]]);
    expect(changed[1]).not.toEqual(tokens[1]);
  });

  it("without seeds rows draw by the processor's, each for itself", async () => {
    const inputs = encode(["same", "same"]);
    const { tokens, processor } = await run([{}, {}], { inputs });
    expect(tokens[0]).not.toEqual(tokens[1]);
    expect((await run([{}, {}], { inputs, seed: processor.seed })).tokens).toEqual(tokens);
    expect((await run([{}, {}], { inputs, seed: 8 })).tokens).not.toEqual(tokens);
  });

  it("a row gives what its rows of logits give by themselves, penalties without the padding", async () => {
    const params = { repetitionPenalty: 1.5, mirostat: 2, logprobs: 2, logprobsMode: "processed" } as const;
    const seen: Float32Array[] = [];
    const record = (_: unknown, logits: { data: Float32Array }) => {
      seen.push(logits.data.slice(vocabSize, 2 * vocabSize));
      return logits;
    };
    const inputs = encode();
    const attentionMask = inputs.attention_mask;
    const processor = await createLogitsProcessor({ vocabSize, rows: [{}, { ...params, seed: 5 }, {}], attentionMask });
    await model.generate({ ...inputs, logits_processor: [record, processor], max_new_tokens: 12, eos_token_id: null });
    const sampler = await createSampler({ vocabSize });
    const sequence = sampler.openSequence(params, { seed: 5, promptTokenIds: ["b".charCodeAt(0)] });
    for (const [i, token] of processor.rows[1]!.tokens.entries()) {
      const { tokenId, logprob, rank, topTokenIds } = sequence.next(seen[i]);
      expect(token).toMatchObject({ tokenId, logprob, rank });
      expect(token.topLogprobs?.map((top) => top.tokenId)).toEqual(Array.from(topTokenIds.slice(0, 2)));
    }
    expect(processor.rows[1]!.tokens).toHaveLength(12);
  });

  it("a row that has stopped repeats its stop token, and nothing more is drawn of it", async () => {
    const free = await run([{}, {}, {}]);
    const stop = free.tokens[0]![4]!;
    const { processor, tokens } = await run([{ stopTokenIds: [stop] }, {}, {}]);
    expect(tokens[0]).toEqual([...free.tokens[0]!.slice(0, 5), ...new Array<number>(7).fill(stop)]);
    expect(processor.rows[0]).toMatchObject({ isStopped: true, tokens: { length: 5 } });
    expect(tokens.slice(1)).toEqual(free.tokens.slice(1));
  });

  it("top-p 0.9 follows its law in 4,000 draws (G-test)", async () => {
    const count = 4000;
    const inputs = encode(new Array<string>(count).fill("the"));
    let row = new Float32Array(0);
    const record = (_: unknown, logits: { data: Float32Array }) => {
      row = logits.data.slice(0, vocabSize);
      return logits;
    };
    const rows = Array.from({ length: count }, () => ({ topP: 0.9 }));
    const processor = await createLogitsProcessor({ vocabSize, rows, seed: 3 });
    await model.generate({ ...inputs, logits_processor: [record, processor], do_sample: false, max_new_tokens: 1 });
    const counts = new Float64Array(vocabSize);
    for (const { tokens } of processor.rows) counts[tokens[0]!.tokenId]! += 1;
    expect(
      gTest(
        counts,
        topPLaw(row, 0.9).map((p) => p * count),
      ).pValue,
    ).toBeGreaterThan(1e-3);
    expect(
      gTest(
        counts,
        topPLaw(row, 0.95).map((p) => p * count),
      ).pValue,
    ).toBeLessThan(1e-3);
  });

  it("serves one call, and says so", async () => {
    const inputs = encode(["x"]);
    const { processor } = await run([{}], { inputs });
    await expect(model.generate({ ...inputs, logits_processor: [processor] })).rejects.toThrow(
      /"inputIds" expected to be of one generate\(\) call .* use a new processor for each call/,
    );
    const other = (_: unknown, logits: { data: Float32Array }) => {
      logits.data.fill(0);
      return logits;
    };
    const late = await createLogitsProcessor({ vocabSize, rows: [{ bannedTokenIds: [0] }] });
    await expect(model.generate({ ...inputs, max_new_tokens: 3, logits_processor: [late, other] })).rejects.toThrow(
      "as the last of its list",
    );
  });

  it.each<[string, Partial<LogitsProcessorOptions>]>([
    [`"rows" expected 3 requests, as the batch has rows, got 1`, { rows: [{}], attentionMask: undefined as never }],
    [`"vocabSize" expected ${vocabSize}, as the model's rows are long, got 99`, { vocabSize: 99 }],
    [`"attentionMask" expected 2 rows, as there are requests, got 3`, { rows: [{}, {}] }],
    [`"topP" expected number in (0, 1], got 2`, { rows: [{}, { topP: 2 }, {}] }],
    [`unknown processor option "sed", did you mean "seed"?`, { sed: 1 } as object],
  ])("refuses: %s", async (message, options) => {
    await expect(run(options.rows ?? [{}, {}, {}], options)).rejects.toThrow(message);
  });
});

/** By the definition, in f64. */
function topPLaw(row: Float32Array, p: number): number[] {
  const weights = Array.from(row, (x) => Math.exp(x - Math.max(...row)));
  const total = weights.reduce((a, b) => a + b, 0);
  const order = weights.map((_, id) => id).sort((a, b) => weights[b]! - weights[a]!);
  const kept = new Set<number>();
  for (let mass = 0, i = 0; mass < p; i++) {
    kept.add(order[i]!);
    mass += weights[order[i]!]! / total;
  }
  const keptTotal = [...kept].reduce((sum, id) => sum + weights[id]!, 0);
  return weights.map((weight, id) => (kept.has(id) ? weight / keptTotal : 0));
}
