/**
 * What a row of a step of B rows costs through the pool: overhead with rows that cost next to nothing (V = 64), and real
 * sizes, for 0 (the calling thread), 1, 2, 4, … workers side by side. The yardstick is a plain one-pass read of as many rows
 * of that size by the calling thread (R).
 */
import { availableParallelism } from "node:os";
import { compileKernels, createMemory, instantiateKernels, paddedLengthOf } from "@tokenmill/core/internal";
import { printSeries, type Series, sideBySide, type Task, writeSeries } from "@tokenmill/test-benchmarks";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";

const vocabSizes = (process.env["BENCH_VOCAB"] ?? "64,50257,128256").split(",").map(Number);
const batchSizes = (process.env["BENCH_BATCH"] ?? "1,4,16,64,256").split(",").map(Number);
const workerCounts = [0, 1, 2, 4, 8, 16].filter((workers) => workers <= Math.max(1, availableParallelism()));

/** A step of `batchSize` rows which already stand in the slab. */
function stepOf(pool: SamplerPool, batchSize: number): Task {
  const plan = pool.compile({ temperature: 0.8, topK: 40, topP: 0.95 });
  const history = pool.openHistory([], 1)!;
  const slots = Array.from({ length: batchSize }, () => pool.acquire());
  for (const slot of slots) {
    const row = pool.row(slot);
    for (let i = 0; i < row.length; i++)
      row[i] = ((Math.imul(i + 1, 2654435761) + Math.imul(slot, 40503)) >>> 16) / 6553.6;
  }
  let position = 0;
  const run = async (): Promise<void> => {
    position++;
    for (const slot of slots) {
      pool.submit(slot, { plan, history, seed: 1n, sequenceId: BigInt(slot), position, writeRow: false });
    }
    let left = batchSize;
    while (left > 0) left -= (await pool.completed()).length;
  };
  return { run, items: batchSize };
}

let consumed = 0;

async function readOf(vocabSize: number, batchSize: number): Promise<Task> {
  const padded = paddedLengthOf(vocabSize);
  const memory = createMemory(65536 + batchSize * padded * 4);
  new Float32Array(memory.buffer, 65536).fill(1);
  const kernels = await instantiateKernels(await compileKernels(), memory);
  const run = (): void => {
    for (let i = 0; i < batchSize; i++) consumed += kernels.read_row(65536 + i * padded * 4, padded);
  };
  return { run, items: batchSize };
}

async function measure(vocabSize: number, batchSize: number): Promise<Series[]> {
  const options = { vocabSize, slots: batchSize, arenaBytes: 2 ** 20, inlineRows: 0 };
  const pools = await Promise.all(workerCounts.map((workers) => createPool({ ...options, workers })));
  const tasks = pools.map((pool) => stepOf(pool, batchSize));
  const named = new Map(tasks.map((task, i) => [workerCounts[i]!.toString(), task]));
  const times = await sideBySide(named, await readOf(vocabSize, batchSize));
  await Promise.all(pools.map((pool) => pool.close()));
  return workerCounts.map((workers) => {
    const at = { vocabSize, batchSize, workers };
    return { bench: "pool", name: "step", at, unit: "µs a row", ...times.get(workers.toString())! };
  });
}

const series: Series[] = [];
for (const vocabSize of vocabSizes) {
  for (const batchSize of batchSizes) {
    const measured = await measure(vocabSize, batchSize);
    printSeries(measured);
    series.push(...measured);
  }
}
if (!Number.isFinite(consumed)) throw new Error("results were not used");
writeSeries(series);
