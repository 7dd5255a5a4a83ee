/**
 * What a sequence holds and what a token allocates and costs, at 1,000 to 100,000 open sequences: bytes of JavaScript heap
 * after a collection, beyond the token ids in shared memory; bytes allocated per token, by V8's sampling profiler; µs a token.
 */
import { type HeapProfiler, Session } from "node:inspector/promises";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { WorkerSource } from "@tokenmill/core";
import { createEngine, type Engine, type SequenceError, type TokenObserver } from "@tokenmill/engine";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const source: WorkerSource = {
  kind: "worker",
  name: "flat",
  vocabSize: 64,
  dtype: "f32",
  tablesBytes: 0,
  worker: { moduleUrl: new URL("./flatRows.mjs", import.meta.url).href, options: {} },
};
const maxTokens = 256;
const prompt = Array.from({ length: 16 }, (_, i) => i);

let tokens = 0;
const observer: TokenObserver = {
  next: () => void tokens++,
  error: (error) => {
    if ((error as SequenceError).code !== "engine_closed") throw error;
  },
  complete: () => {},
};

/** The ways to read a sequence, each holding what it must. */
const readers: readonly [string, (engine: Engine, i: number) => unknown][] = [
  ["observer", (engine) => engine.open({ prompt, maxTokens, temperature: 0.8, seed: 1 }, observer)],
  ["rxjs", (engine) => engine.generate({ prompt, maxTokens, temperature: 0.8, seed: 1 }).subscribe(observer)],
];

async function untilTokens(count: number): Promise<void> {
  while (tokens < count) await setImmediate();
}

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/** Bytes allocated while `run` runs, those of objects that died meanwhile included, and where. */
async function allocatedBytes(run: () => Promise<void>): Promise<{ bytes: number; places: Map<string, number> }> {
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 1024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as HeapProfiler.StartSamplingParameterType);
  await run();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  let bytes = 0;
  const places = new Map<string, number>();
  const visit = ({ selfSize, callFrame, children }: HeapProfiler.SamplingHeapProfileNode): void => {
    bytes += selfSize;
    const place = `${callFrame.functionName || "(anonymous)"} ${callFrame.url.split("/").at(-1)}:${callFrame.lineNumber + 1}`;
    places.set(place, (places.get(place) ?? 0) + selfSize);
    children.forEach(visit);
  };
  visit(profile.head);
  return { bytes, places };
}

async function measure(name: string, open: (engine: Engine, i: number) => unknown, count: number): Promise<void> {
  const arenaBytes = Math.max(2 ** 20, count * 2048);
  const engine = await createEngine({ source, workers: 0, slots: 64, arenaBytes });
  tokens = 0;
  // one sequence from start to end: code and tables that all share are there
  open(engine, count);
  await untilTokens(maxTokens);
  const before = heapBytes();
  const handles: unknown[] = new Array(count).fill(undefined);
  for (let i = 0; i < count; i++) handles[i] = open(engine, i);
  tokens = 0;
  await untilTokens(8 * count);
  const perSequence = (heapBytes() - before) / count;
  const first = tokens;
  const start = performance.now();
  await untilTokens(first + Math.max(4 * count, 50_000));
  const microsPerToken = ((performance.now() - start) * 1000) / (tokens - first);
  const atProfile = tokens;
  const { bytes, places } = await allocatedBytes(() => untilTokens(atProfile + 30_000));
  const perToken = bytes / (tokens - atProfile);
  console.log(
    `  ${name.padEnd(10)} ${count.toLocaleString("en").padStart(8)} ${perSequence.toFixed(0).padStart(12)} ${perToken.toFixed(0).padStart(12)} ${microsPerToken.toFixed(2).padStart(10)}`,
  );
  const most = [...places].sort(([, a], [, b]) => b - a).slice(0, 3);
  for (const [place, size] of most) console.log(`    ${(size / (tokens - atProfile)).toFixed(0).padStart(8)} ${place}`);
  await engine.close();
}

console.log("\nprompt of 16 tokens, at most 256 more, no tokenizer, one thread");
console.log("  reader     sequences  bytes each   bytes/token   µs/token");
for (const [name, open] of readers) for (const count of [1000, 10_000, 100_000]) await measure(name, open, count);
