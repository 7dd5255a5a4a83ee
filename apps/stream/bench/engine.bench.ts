/**
 * What a token costs in the whole engine on the embedded model, by workers and by sequences at a time, and what the engine
 * and rxjs add: the same 64-token rows through the bare pool, through the engine with a plain observer, and through an
 * Observable. Side by side in each round.
 */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import type { GenerateRequest, LogitsSource } from "@tokenmill/core";
import { createEngine, type Engine } from "@tokenmill/engine";
import { createEmbeddedModel } from "@tokenmill/embedded-model";
import { createSyntheticSource } from "@tokenmill/sources";
import { printSeries, rounds, type Series, writeSeries } from "@tokenmill/test-benchmarks";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { lastValueFrom, mergeMap, range, tap } from "rxjs";

/** Sequences at a time on the embedded model, and the tokens of a round, all sequences together. */
const sequenceCounts = (process.env["BENCH_SEQUENCES"] ?? "1,16,256,4096,10000").split(",").map(Number);
const tokensPerRound = 16_384;
const workerCounts = [1, 2, 4, 8].filter((workers) => workers <= Math.max(1, availableParallelism()));

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

/** Runs the ways interleaved, round by round after one that does not count → µs per token of each, a value a round. */
async function interleaved(ways: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const times = ways.map((): number[] => []);
  for (const run of ways) await run();
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of ways.entries()) times[i]!.push(await microsPerToken(run));
  }
  return times;
}

async function throughput(source: LogitsSource, sequences: number): Promise<Series[]> {
  const maxTokens = Math.max(4, Math.min(256, Math.round(tokensPerRound / sequences)));
  const request: GenerateRequest = { maxTokens, ignoreEos: true, temperature: 0.8, topP: 0.95, seed: 1 };
  const engines = await Promise.all(workerCounts.map((workers) => createEngine({ source, workers })));
  const times = await interleaved(engines.map((engine) => () => runObservers(engine, sequences, request)));
  await Promise.all(engines.map((engine) => engine.close()));
  return workerCounts.map((workers, i) => {
    const at = { vocabSize: source.vocabSize, workers, sequences };
    return { bench: "engine", name: `${source.name} model`, at, unit: "µs a token", values: times[i]! };
  });
}

async function overhead(sequences: number): Promise<Series[]> {
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
  const times = await interleaved(ways.map(([, run]) => run));
  await engine.close();
  await pool.close();
  return ways.map(([name], i) => {
    const at = { vocabSize: 64, workers: 0, sequences };
    return { bench: "overhead", name, at, unit: "µs a token", values: times[i]! };
  });
}

const series: Series[] = [];
const add = (measured: readonly Series[]): void => {
  printSeries(measured);
  series.push(...measured);
};
const model = await createEmbeddedModel();
for (const sequences of sequenceCounts) add(await throughput(model, sequences));
for (const sequences of [1000, 10_000]) add(await overhead(sequences));
writeSeries(series);
