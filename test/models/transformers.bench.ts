/**
 * Whole `generate()` calls of transformers.js over a tiny model with a real vocabulary: its own samplers and ours, beside
 * greedy search (the yardstick). µs a row and token, the model included. `npm run runtimes` first.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { printSeries, sideBySide, type Task, writeSeries } from "@tokenmill/test-benchmarks";
import { createLogitsProcessor, type RowRequest } from "@tokenmill/transformers";
import { writeTinyOnnx } from "./onnx/writeTinyOnnx.ts";
import { importRuntime } from "./runtimes/runtimes.ts";

interface Transformers {
  readonly env: object;
  readonly Tensor: new (type: string, data: BigInt64Array, dims: readonly number[]) => object;
  readonly AutoModelForCausalLM: {
    from_pretrained(name: string, options: object): Promise<{ generate(options: object): Promise<unknown> }>;
  };
}

const vocabSize = 50_257;
const rowCount = 8;
const tokens = 8;
const directory = mkdtempSync(join(tmpdir(), "tokenmill-bench-"));
writeTinyOnnx(directory, "optimum", vocabSize);
const { env, Tensor, AutoModelForCausalLM } = await importRuntime<Transformers>("@huggingface/transformers");
Object.assign(env, { allowRemoteModels: false, localModelPath: `${dirname(directory)}/` });
const session_options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
const options = { dtype: "fp32", device: "cpu", session_options };
const model = await AutoModelForCausalLM.from_pretrained(basename(directory), options);
const inputs = () => {
  const filled = (value: bigint) => new Tensor("int64", new BigInt64Array(rowCount).fill(value), [rowCount, 1]);
  return { input_ids: filled(65n), attention_mask: filled(1n), max_new_tokens: tokens, eos_token_id: null };
};

const items = rowCount * tokens;
const theirs = (given: object): Task => ({ items, run: () => model.generate({ ...inputs(), ...given }) });
const ours = (request: RowRequest): Task => ({
  items,
  run: async () => {
    const rows = Array.from({ length: rowCount }, () => request);
    const logits_processor = [await createLogitsProcessor({ vocabSize, rows, seed: 1 })];
    return model.generate({ ...inputs(), do_sample: false, logits_processor });
  },
});
const greedy = theirs({ do_sample: false });
const tasks = new Map<string, Task>([
  ["transformers.js greedy", greedy],
  ["tokenmill greedy", ours({ temperature: 0 })],
  ["transformers.js top-k 50", theirs({ do_sample: true, top_k: 50, temperature: 0.8 })],
  ["tokenmill top-k 50", ours({ topK: 50, temperature: 0.8 })],
  ["transformers.js whole vocabulary", theirs({ do_sample: true, top_k: 0, temperature: 0.8 })],
  ["tokenmill whole vocabulary", ours({ temperature: 0.8 })],
  ["tokenmill top-p 0.95", ours({ topP: 0.95, temperature: 0.8 })],
]);
const times = await sideBySide(tasks, greedy);
const series = [...times].map(([name, measured]) => {
  return { bench: "transformers", name, at: { vocabSize, rows: rowCount }, unit: "µs a row", ...measured };
});
printSeries(series);
writeSeries(series);
rmSync(directory, { recursive: true });
