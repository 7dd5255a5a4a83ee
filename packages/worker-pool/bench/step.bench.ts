/**
 * A step of B rows through the pool: overhead with rows that cost next to nothing (V = 64), and rows per second at
 * V = 50,257 for 0 (the calling thread), 1 and 2 workers, side by side; medians over rounds.
 */
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { Bench } from "tinybench";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 5);
const TIME_MS = Number(process.env["BENCH_TIME_MS"] ?? 100);
const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]!;

/** A function that samples `batch` rows which already stand in the slab. */
function stepOf(pool: SamplerPool, batch: number): () => Promise<void> {
  const plan = pool.compile({ temperature: 0.8, topK: 40, topP: 0.95 });
  const history = pool.openHistory([], 1)!;
  const slots = Array.from({ length: batch }, () => pool.acquire());
  for (const slot of slots) {
    const row = pool.row(slot);
    for (let i = 0; i < row.length; i++)
      row[i] = ((Math.imul(i + 1, 2654435761) + Math.imul(slot, 40503)) >>> 16) / 6553.6;
  }
  let position = 0;
  return async () => {
    position++;
    for (const slot of slots) {
      pool.submit(slot, { plan, history, seed: 1n, sequenceId: BigInt(slot), position, writeRow: false });
    }
    let left = batch;
    while (left > 0) left -= (await pool.completed()).length;
  };
}

async function compare(vocabSize: number, batches: readonly number[]): Promise<void> {
  const pools: SamplerPool[] = [];
  const times = new Map<string, number[]>();
  const steps: [string, () => Promise<void>][] = [];
  for (const workers of [0, 1, 2]) {
    for (const batch of batches) {
      const pool = await createPool({ vocabSize, workers, slots: batch, arenaBytes: 2 ** 20, inlineRows: 0 });
      pools.push(pool);
      steps.push([`${workers} workers, B = ${batch}`, stepOf(pool, batch)]);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: TIME_MS, iterations: 5, warmupTime: 20 });
    for (const [name, step] of steps) bench.add(name, step);
    await bench.run();
    for (const task of bench.tasks) {
      if (task.result.state !== "completed") throw new Error(`${task.name} did not complete`);
      times.set(task.name, [...(times.get(task.name) ?? []), task.result.latency.p50 * 1000]);
    }
  }
  console.log(`\nV = ${vocabSize.toLocaleString("en")}: a step of B rows (median of ${ROUNDS} rounds)`);
  for (const [name, values] of times) {
    const batch = Number(name.split("= ")[1]);
    const micros = median(values);
    const alone = median(times.get(`0 workers, B = ${batch}`)!);
    const rowsPerSecond = Math.round((batch / micros) * 1e6).toLocaleString("en");
    console.log(
      `  ${name.padEnd(20)} ${micros.toFixed(1).padStart(9)} µs ${rowsPerSecond.padStart(11)} rows/s ${(alone / micros).toFixed(2).padStart(6)} × the calling thread`,
    );
  }
  await Promise.all(pools.map((pool) => pool.close()));
}

await compare(64, [1, 64]);
await compare(50_257, [1, 4, 64]);
