/**
 * µs per row of common settings and their ratio to one plain read of the same rows in the same memory, side by side in
 * each round; medians over rounds. 64 distinct rows take turns. One thread.
 */
import { compileParams, type SamplingParams } from "@tokenmill/core";
import {
  bestVariant,
  compileKernels,
  createMemory,
  DTYPE_F32,
  instantiateKernels,
  JOB_BYTES,
  JOB_PLAN,
  JOB_POSITION,
  ROW_PADDING_ELEMENTS,
  UNDO_CAPACITY,
  UNDO_ENTRY_BYTES,
} from "@tokenmill/core/internal";
import { Bench } from "tinybench";
import { greedy, temperature, topK } from "./plainJs.ts";
import { fillRow, type RowKind } from "./rows.ts";

const ROWS = 64;
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 5);
const TIME_MS = Number(process.env["BENCH_TIME_MS"] ?? 40);
const vocabSizes = (process.env["BENCH_VOCAB"] ?? "50257,128256").split(",").map(Number);
const kinds: readonly RowKind[] = ["peaked", "gaussian", "flat"];

const settings: Readonly<Record<string, SamplingParams>> = {
  greedy: { temperature: 0 },
  "full vocabulary, T 0.8": { temperature: 0.8 },
  "top-k 40": { topK: 40 },
  "top-p 0.9": { topP: 0.9 },
  "min-p 0.05": { minP: 0.05 },
  "llama.cpp default chain": { profile: "llama.cpp" },
  "top-k 1000, top-p 0.9": { topK: 1000, topP: 0.9 },
  "top-k 40, 5 raw logprobs": { topK: 40, logprobs: 5 },
};

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]!;

async function measure(vocabSize: number, kind: RowKind): Promise<void> {
  const padded = Math.ceil(vocabSize / ROW_PADDING_ELEMENTS) * ROW_PADDING_ELEMENTS;
  const job = 1024;
  const undo = job + JOB_BYTES;
  const result = undo + UNDO_CAPACITY * UNDO_ENTRY_BYTES;
  const plans = result + 4096;
  const rows = 65536;
  const workspace = rows + ROWS * padded * 4;
  const memory = createMemory(workspace + padded * 32 + 65536);
  const kernels = await instantiateKernels(await compileKernels(), memory);
  const words = new Int32Array(memory.buffer);
  const views: Float32Array[] = [];
  for (let i = 0; i < ROWS; i++) {
    new Float32Array(memory.buffer, rows + i * padded * 4, padded).fill(-Infinity, vocabSize);
    const view = new Float32Array(memory.buffer, rows + i * padded * 4, vocabSize);
    fillRow(view, kind, i + 1);
    views.push(view);
  }
  let consumed = 0;
  const tasks = new Map<string, () => void>();
  tasks.set("read", () => {
    for (let i = 0; i < ROWS; i++) consumed += kernels.read_row(rows + i * padded * 4, padded);
  });
  let plan = plans;
  for (const [name, params] of Object.entries(settings)) {
    const { bytes } = compileParams(params, { vocabSize, maxLogprobs: 20 });
    const offset = plan;
    plan += bytes.length;
    new Uint8Array(memory.buffer).set(bytes, offset);
    let position = 0;
    tasks.set(name, () => {
      words[(job + JOB_PLAN) >> 2] = offset;
      for (let i = 0; i < ROWS; i++) {
        words[(job + JOB_POSITION) >> 2] = position++;
        consumed += kernels.sample_row(
          rows + i * padded * 4,
          DTYPE_F32,
          vocabSize,
          job,
          undo,
          offset,
          result,
          workspace,
        );
      }
    });
  }
  const probs = new Float32Array(vocabSize);
  const copies = views.map((view) => view.slice());
  tasks.set("plain JS: greedy", () => {
    copies.forEach((row) => (consumed += greedy(row)));
  });
  tasks.set("plain JS: T 0.8", () => {
    copies.slice(0, 8).forEach((row) => (consumed += temperature(row, 0.8, 0.5, probs)));
  });
  tasks.set("plain JS: top-k 40", () => {
    copies.forEach((row) => (consumed += topK(row, 40, 0.5)));
  });

  const micros = new Map<string, number[]>();
  const ratios = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: TIME_MS, iterations: 3, warmupTime: round === 0 ? 30 : 5, warmupIterations: 1 });
    for (const [name, run] of tasks) bench.add(name, run);
    await bench.run();
    const perRow = new Map<string, number>();
    for (const task of bench.tasks) {
      const { result: outcome } = task;
      if (outcome.state !== "completed") throw new Error(`${task.name} did not complete`);
      perRow.set(task.name, (outcome.latency.p50 * 1000) / (task.name === "plain JS: T 0.8" ? 8 : ROWS));
    }
    for (const [name, value] of perRow) {
      micros.set(name, [...(micros.get(name) ?? []), value]);
      ratios.set(name, [...(ratios.get(name) ?? []), value / perRow.get("read")!]);
    }
  }
  if (!Number.isFinite(consumed)) throw new Error("results were not used");
  console.log(
    `\nV = ${vocabSize.toLocaleString("en")}, ${kind} rows, f32, ${bestVariant()} (median of ${ROUNDS} rounds)`,
  );
  for (const [name, values] of micros) {
    console.log(
      `  ${name.padEnd(26)} ${median(values).toFixed(1).padStart(9)} µs/row ${median(ratios.get(name)!).toFixed(2).padStart(7)} R`,
    );
  }
}

for (const vocabSize of vocabSizes) for (const kind of kinds) await measure(vocabSize, kind);
