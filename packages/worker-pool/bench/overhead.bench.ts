/**
 * A step of B rows through the pool: what it costs beyond the rows, how two workers share it, and what idle workers use.
 * Settings take turns in each round; p50 over all steps, and the quietest 1 %, which a busy machine disturbs less.
 */
import { setTimeout } from "node:timers/promises";
import type { SamplingParams } from "@tokenmill/core";
import { createPool, type PoolOptions } from "@tokenmill/worker-pool";
import { openBareKernel } from "./bareKernel.ts";
import { quantile, runSideBySide, type Setting } from "./stepper.ts";
import { wakeLatency } from "./wakeLatency.ts";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 10);
const TIME_MS = Number(process.env["BENCH_TIME_MS"] ?? 50);
const micros = (value: number): string => value.toFixed(1).padStart(9);
const p50 = (values: readonly number[]): number => quantile(values, 0.5);
const p1 = (values: readonly number[]): number => quantile(values, 0.01);

const lanes: readonly [string, PoolOptions][] = [
  ["0 workers", { workers: 0 }],
  ["2 workers", { workers: 2 }],
  ["1 worker, rows forced on it", { workers: 1, inlineRows: 0 }],
  ["2 workers, rows forced on them", { workers: 2, inlineRows: 0 }],
];

/** Rows that cost next to nothing: what is left is the pool's. */
async function overhead(vocabSize: number, batches: readonly number[]): Promise<void> {
  const params: SamplingParams = { temperature: 0 };
  console.log(
    `\nV = ${vocabSize}, greedy: µs a step, p50; overhead: what is beyond the bare kernel calls on one thread`,
  );
  console.log(`  ${"".padEnd(38)}    submit    flush     wait     total  overhead  quietest 1 %: total, overhead`);
  for (const batch of batches) {
    const runKernel = await openBareKernel(vocabSize, batch, params);
    const kernelTimes: number[] = [];
    const alongside = (ms: number): void => {
      for (const end = performance.now() + ms; performance.now() < end; ) kernelTimes.push(runKernel());
    };
    const settings = lanes.map(
      ([name, options]): Setting => ({ name, options: { vocabSize, ...options }, params: [params] }),
    );
    const results = await runSideBySide(settings, batch, ROUNDS, TIME_MS, alongside);
    const kernel = p50(kernelTimes);
    results.forEach(({ total, submit, flush, wait }, i) => {
      const name = `B = ${batch}, ${settings[i]!.name}`;
      const split = [submit, flush, wait, total].map((values) => micros(p50(values))).join("");
      const overheads = [p50(total) - kernel, p1(total), p1(total) - p1(kernelTimes)].map(micros).join(" ");
      console.log(`  ${name.padEnd(38)} ${split} ${overheads}`);
    });
  }
}

/** The calling thread, one and two workers; `params` take turns. */
async function sharing(
  title: string,
  vocabSize: number,
  batch: number,
  params: readonly SamplingParams[],
): Promise<void> {
  for (const isKeptBusy of [false, true]) {
    const settings = [0, 1, 2].map((workers): Setting => {
      return { name: `${workers} workers`, options: { vocabSize, workers }, params, isKeptBusy };
    });
    const results = await runSideBySide(settings, batch, ROUNDS, 2 * TIME_MS);
    const columns = [p50, p1].map((statistic) => {
      const [alone, one, two] = results.map(({ total }) => statistic(total)) as [number, number, number];
      return `${[alone, one, two].map(micros).join("")} ${(one / two).toFixed(2).padStart(6)} ×`;
    });
    console.log(`  ${`${title}, ${isKeptBusy ? "kept busy" : "in steps"}`.padEnd(50)} ${columns.join(" ")}`);
  }
}

/** CPU time of two workers that have nothing to do, in ms a second, the spin before they sleep apart. */
async function idle(): Promise<void> {
  const pool = await createPool({ vocabSize: 64, workers: 2 });
  await setTimeout(50);
  const before = process.cpuUsage();
  await setTimeout(1000);
  const { user, system } = process.cpuUsage(before);
  console.log(`\nCPU time of a process whose two workers idle for a second: ${((user + system) / 1000).toFixed(1)} ms`);
  await pool.close();
}

const wake = await wakeLatency();
console.log(
  `\nWaking a thread that sleeps, without a pool: the call ${wake.call.toFixed(1)} µs, until it runs ${wake.worker.toFixed(1)} µs, until the event loop has its answer ${wake.host.toFixed(1)} µs`,
);
await overhead(64, [1, 8, 64, 256, 1024]);
console.log(
  `\nV = 32,000, B = 64 (8 MiB of rows): µs for 64 rows, in steps, and each submitted again as soon as it is done`,
);
console.log(`  ${"workers".padEnd(50)}         0        1        2  1 to 2  the same, quietest 1 %`);
await sharing("greedy", 32_000, 64, [{ temperature: 0 }]);
await sharing("top-k 40, top-p 0.95, T 0.8", 32_000, 64, [{ temperature: 0.8, topK: 40, topP: 0.95 }]);
await sharing("full vocabulary, T 0.8", 32_000, 64, [{ temperature: 0.8 }]);
await sharing("1 greedy of 8 is top-k 1000, top-p 0.9", 32_000, 64, [
  { temperature: 0.8, topK: 1000, topP: 0.9 },
  ...Array.from({ length: 7 }, () => ({ temperature: 0 })),
]);
await idle();
