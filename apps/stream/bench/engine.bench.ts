/**
 * Tokens per second of the whole engine on the embedded model with 1 and 2 workers, and what the engine and rxjs cost per
 * token: the same 64-token rows through the bare pool, through the engine with a plain observer, and through an Observable,
 * side by side in each round; medians over rounds.
 */
import { setImmediate } from "node:timers/promises";
import type { GenerateRequest, LogitsSource } from "@tokenmill/core";
import { createEngine, type Engine } from "@tokenmill/engine";
import { createEmbeddedModel, createSyntheticSource } from "@tokenmill/sources";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { lastValueFrom, mergeMap, range, tap } from "rxjs";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 5);
const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]!;
const format = (value: number, digits = 0): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Runs `count` sequences, all open at once, and resolves with the number of tokens. */
function runObservers(engine: Engine, count: number, request: GenerateRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    let tokens = 0;
    let open = count;
    for (let i = 0; i < count; i++) {
      engine.open(request, {
        next: () => void tokens++,
        error: reject,
        complete: () => --open === 0 && resolve(tokens),
      });
    }
  });
}

async function runObservables(engine: Engine, count: number, request: GenerateRequest): Promise<number> {
  let tokens = 0;
  const all = range(0, count).pipe(
    mergeMap(() => engine.generate(request)),
    tap(() => void tokens++),
  );
  await lastValueFrom(all);
  return tokens;
}

/** The same rows without an engine: submit, collect, submit again. */
async function runPool(pool: SamplerPool, count: number, request: GenerateRequest): Promise<number> {
  const { maxTokens = 1, ...params } = request;
  const plan = pool.compile(params);
  const histories = Array.from({ length: count }, () => pool.openHistory([], maxTokens)!);
  const slots = Array.from({ length: pool.slotCount }, () => pool.acquire());
  for (let first = 0; first < count * maxTokens; first += slots.length) {
    slots.forEach((slot, i) => {
      const history = histories[(first + i) % count]!;
      const position = Math.floor((first + i) / count);
      pool.submit(slot, { plan, history, seed: 1n, sequenceId: BigInt((first + i) % count), position, writeRow: true });
    });
    for (let left = slots.length; left > 0; ) left -= (await pool.completed()).length;
    await setImmediate();
  }
  slots.forEach((slot) => pool.release(slot));
  histories.forEach((history) => history.release());
  plan.release();
  return count * maxTokens;
}

async function microsPerToken(run: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const tokens = await run();
  return ((performance.now() - start) * 1000) / tokens;
}

async function throughput(source: LogitsSource, workerCounts: readonly number[]): Promise<void> {
  const sequences = 256;
  const request: GenerateRequest = { maxTokens: 64, temperature: 0.8, topP: 0.95, seed: 1 };
  console.log(
    `\n${source.name}, V = ${format(source.vocabSize)}: ${sequences} sequences × 64 tokens, T 0.8, top-p 0.95`,
  );
  const engines = await Promise.all(workerCounts.map((workers) => createEngine({ source, workers })));
  const times = engines.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, engine] of engines.entries()) {
      times[i]!.push(await microsPerToken(() => runObservers(engine, sequences, request)));
    }
  }
  const first = median(times[0]!);
  for (const [i, workers] of workerCounts.entries()) {
    const micros = median(times[i]!);
    console.log(
      `  ${workers} workers ${format(1e6 / micros).padStart(9)} tokens/s ${format(micros, 1).padStart(7)} µs/token ${(first / micros).toFixed(2).padStart(6)} × ${workerCounts[0]} worker`,
    );
  }
  await Promise.all(engines.map((engine) => engine.close()));
}

async function overhead(sequences: number): Promise<void> {
  const source = createSyntheticSource({ kind: "gaussian", vocabSize: 64 });
  const request: GenerateRequest = { maxTokens: 64, temperature: 0.8, seed: 1 };
  // everything on one thread, so that differences are costs and nothing hides behind a worker
  const options = { source, workers: 0, slots: 64 } as const;
  const pool = await createPool(options);
  const engine = await createEngine(options);
  const ways: readonly [string, () => Promise<number>][] = [
    ["bare pool", () => runPool(pool, sequences, request)],
    ["engine, plain observer", () => runObservers(engine, sequences, request)],
    ["engine, rxjs Observable", () => runObservables(engine, sequences, request)],
  ];
  const times = ways.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, [, run]] of ways.entries()) times[i]!.push(await microsPerToken(run));
  }
  console.log(`\nper token at ${format(sequences)} sequences, V = 64, all on one thread (median of ${ROUNDS} rounds)`);
  ways.forEach(([name], i) => {
    const added = i === 0 ? "" : `, ${format(median(times[i]!) - median(times[i - 1]!), 2)} more than the line above`;
    console.log(`  ${name.padEnd(24)} ${format(median(times[i]!), 2).padStart(6)} µs${added}`);
  });
  await engine.close();
  await pool.close();
}

await throughput(await createEmbeddedModel(), [1, 2]);
for (const sequences of [1000, 10_000]) await overhead(sequences);
