/**
 * µs per row of common settings and their ratio to one plain read of the same rows in the same memory (R), side by side in
 * each round; medians over rounds. 64 distinct rows take turns. One thread. `BENCH_JSON` names a file for all samples.
 */
import { compileParams } from "@tokenmill/core";
import {
  bestVariant,
  compileKernels,
  createMemory,
  DTYPE_F32,
  instantiateKernels,
  JOB_BYTES,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PLAN,
  JOB_POSITION,
  JOB_STATE,
  ROW_PADDING_ELEMENTS,
  UNDO_CAPACITY,
  UNDO_ENTRY_BYTES,
} from "@tokenmill/core/internal";
import { Bench } from "tinybench";
import { greedy, temperature, topK } from "./plainJs.ts";
import { median, printTables, type Timing, writeRun } from "./report.ts";
import { fillRow, type RowKind } from "./rows.ts";
import { settings } from "./settings.ts";

const ROWS = 64;
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 7);
const TIME_MS = Number(process.env["BENCH_TIME_MS"] ?? 30);
const vocabSizes = (process.env["BENCH_VOCAB"] ?? "50257,128256").split(",").map(Number);
const kinds = (process.env["BENCH_ROWS"] ?? "peaked,gaussian,flat").split(",") as RowKind[];
/** The slow peers sample only some of the rows. */
const SLOW_ROWS = 8;

interface Task {
  readonly run: () => void;
  readonly rows: number;
}

async function measure(vocabSize: number, kind: RowKind): Promise<Timing[]> {
  const padded = Math.ceil(vocabSize / ROW_PADDING_ELEMENTS) * ROW_PADDING_ELEMENTS;
  const module = await compileKernels();
  const probe = await instantiateKernels(module, createMemory(65536));
  const job = 1024;
  const undo = job + JOB_BYTES;
  const history = undo + UNDO_CAPACITY * UNDO_ENTRY_BYTES;
  const result = history + 4096;
  const plans = result + 4096;
  const rows = 65536;
  const workspace = rows + ROWS * padded * 4;
  const memory = createMemory(workspace + probe.workspace_bytes(vocabSize));
  const kernels = await instantiateKernels(module, memory);
  const words = new Int32Array(memory.buffer);
  const views = Array.from({ length: ROWS }, (_, i) => {
    new Float32Array(memory.buffer, rows + i * padded * 4, padded).fill(-Infinity, vocabSize);
    const view = new Float32Array(memory.buffer, rows + i * padded * 4, vocabSize);
    fillRow(view, kind, i + 1);
    return view;
  });
  words[(job + JOB_HISTORY) >> 2] = history;
  for (let i = 0; i < 1024; i++) words[(history >> 2) + i] = Math.imul(i, 7919) % vocabSize;

  let consumed = 0;
  const tasks = new Map<string, Task>();
  const add = (name: string, run: () => void, count = ROWS): void => void tasks.set(name, { run, rows: count });
  add("read", () => {
    for (let i = 0; i < ROWS; i++) consumed += kernels.read_row(rows + i * padded * 4, padded);
  });
  let plan = plans;
  for (const { name, params, historyLength = 0 } of settings) {
    const { bytes, initialState } = compileParams(params, { vocabSize, maxLogprobs: 20 });
    const offset = plan;
    plan += bytes.length;
    new Uint8Array(memory.buffer).set(bytes, offset);
    const state = new Float64Array(memory.buffer, job + JOB_STATE, initialState?.length ?? 0);
    let position = 0;
    add(name, () => {
      words[(job + JOB_PLAN) >> 2] = offset;
      words[(job + JOB_HISTORY_LENGTH) >> 2] = historyLength;
      if (initialState) state.set(initialState);
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
  const copies = views.map((view) => view.slice());
  const probs = new Float32Array(vocabSize);
  add("plain JS: greedy", () => {
    for (const row of copies) consumed += greedy(row);
  });
  const few = copies.slice(0, SLOW_ROWS);
  add(
    "plain JS: T 0.8",
    () => {
      for (const row of few) consumed += temperature(row, 0.8, 0.5, probs);
    },
    SLOW_ROWS,
  );
  add("plain JS: top-k 40", () => {
    for (const row of copies) consumed += topK(row, 40, 0.5);
  });

  const samples = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: TIME_MS, iterations: 3, warmupTime: round === 0 ? 30 : 5, warmupIterations: 1 });
    for (const [name, { run }] of tasks) bench.add(name, run);
    await bench.run();
    for (const { name, result: outcome } of bench.tasks) {
      if (outcome.state !== "completed") throw new Error(`${name} did not complete`);
      const micros = (outcome.latency.p50 * 1000) / tasks.get(name)!.rows;
      samples.set(name, [...(samples.get(name) ?? []), micros]);
    }
  }
  if (!Number.isFinite(consumed)) throw new Error("results were not used");
  const reads = samples.get("read")!;
  return [...samples].map(([name, microsPerRow]) => {
    return { vocabSize, kind, name, microsPerRow, ratios: microsPerRow.map((micros, i) => micros / reads[i]!) };
  });
}

const timings: Timing[] = [];
for (const vocabSize of vocabSizes) for (const kind of kinds) timings.push(...(await measure(vocabSize, kind)));
printTables(timings);
const reads = timings.filter(({ name }) => name === "read").map(({ microsPerRow }) => median(microsPerRow).toFixed(1));
console.log(`\nf32 rows, ${bestVariant()}, medians of ${ROUNDS} rounds; R: ${reads.join(", ")} µs`);
const path = process.env["BENCH_JSON"];
if (path !== undefined) writeRun(path, bestVariant(), timings);
