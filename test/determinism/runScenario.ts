/** Runs the same requests under some circumstances and gives the digest of what each sequence produced. */
import { createHash, type Hash } from "node:crypto";
import type { GenerateRequest, KernelVariant, TokenEvent, WorkerSource } from "@tokenmill/core";
import { createEngine, type Engine, type SequenceHandle, type SequenceSnapshot } from "@tokenmill/engine";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { requestOf, strangersRequestOf } from "./requests.ts";

export interface Scenario {
  readonly name: string;
  /** 0: on the calling thread. */
  readonly workers: number;
  /** Sequences open at a time. */
  readonly concurrency: number;
  /** Absent: what the machine has. */
  readonly variant?: KernelVariant;
  /** Requests are opened in another order. Absent: by number. */
  readonly isShuffled?: boolean;
  /** As many requests of others run in between. */
  readonly hasStrangers?: boolean;
  /** A worker is killed that often, as long as rows get done in between. */
  readonly killEveryMs?: number;
  /** Each sequence is cut off at a place of its own and continued by an engine with that many workers. */
  readonly resumeOnWorkers?: number;
}

export interface Size {
  readonly sequences: number;
  readonly tokens: number;
}

export interface ScenarioOutcome {
  /** One digest per sequence, of token ids in order, and the bits of their log-probabilities where asked for. */
  readonly digests: readonly string[];
  /** Of all sequences together. */
  readonly digest: string;
  readonly rows: number;
  readonly workerDeaths: number;
  readonly rowsRetried: number;
  readonly wallMs: number;
}

const slots = 64;

export async function runScenario(source: WorkerSource, size: Size, scenario: Scenario): Promise<ScenarioOutcome> {
  const first = await openLane(source, scenario, scenario.workers);
  const second =
    scenario.resumeOnWorkers === undefined ? undefined : await openLane(source, scenario, scenario.resumeOnWorkers);
  const start = performance.now();
  const stopKilling = scenario.killEveryMs === undefined ? undefined : killNowAndThen(first.pool, scenario.killEveryMs);
  const hashes = Array.from({ length: size.sequences }, () => createHash("sha256"));
  try {
    await inParallel(jobsOf(size, scenario), scenario.concurrency, async (index) => {
      if (index >= size.sequences) return run(first.engine, strangersRequestOf(index), undefined);
      const request = requestOf(index, size.tokens);
      const hash = hashes[index]!;
      if (!second) return run(first.engine, request, hash);
      const record = await runUntil(first.engine, request, hash, 1 + (index % (size.tokens - 1)));
      return follow((observer) => second.engine.reopen(record, observer), hash);
    });
  } finally {
    await stopKilling?.();
    for (const lane of [first, second]) {
      await lane?.engine.close();
      await lane?.pool.close();
    }
  }
  const { workerDeaths, rowsRetried } = first.pool.stats();
  const digests = hashes.map((hash) => hash.digest("hex").slice(0, 16));
  return {
    digests,
    digest: createHash("sha256").update(digests.join()).digest("hex").slice(0, 16),
    rows: first.pool.stats().rowsSampled + (second?.pool.stats().rowsSampled ?? 0),
    workerDeaths,
    rowsRetried,
    wallMs: performance.now() - start,
  };
}

interface Lane {
  readonly pool: SamplerPool;
  readonly engine: Engine;
}

async function openLane(source: WorkerSource, { variant }: Scenario, workers: number): Promise<Lane> {
  const options = { source, workers, slots, inlineRows: 0, arenaBytes: 2 ** 24 };
  const pool = await createPool(variant === undefined ? options : { ...options, variant });
  return { pool, engine: await createEngine({ source, pool }) };
}

/** Numbers of requests in the order they are opened; from `sequences` on they are strangers'. */
function jobsOf({ sequences }: Size, { isShuffled, hasStrangers }: Scenario): number[] {
  const jobs = Array.from({ length: sequences }, (_, i) => (hasStrangers ? [i, sequences + i] : [i])).flat();
  if (isShuffled) {
    let state = 12_345;
    for (let i = jobs.length - 1; i > 0; i--) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const j = state % (i + 1);
      [jobs[i], jobs[j]] = [jobs[j]!, jobs[i]!];
    }
  }
  return jobs;
}

async function inParallel(jobs: readonly number[], width: number, work: (job: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < jobs.length) await work(jobs[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(width, jobs.length) }, lane));
}

function addToHash(hash: Hash | undefined, { tokenId, logprob }: TokenEvent): void {
  if (!hash) return;
  hash.update(Int32Array.of(tokenId));
  if (logprob !== undefined) hash.update(Float64Array.of(logprob));
}

function run(engine: Engine, request: GenerateRequest, hash: Hash | undefined): Promise<void> {
  return follow((observer) => engine.open(request, observer), hash);
}

type Observer = Parameters<Engine["open"]>[1];

function follow(open: (observer: Observer) => unknown, hash: Hash | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    open({ next: (event) => addToHash(hash, event), error: reject, complete: resolve });
  });
}

/** Cancels the sequence after `count` tokens; gives its record as it would come out of a file. */
function runUntil(engine: Engine, request: GenerateRequest, hash: Hash, count: number): Promise<SequenceSnapshot> {
  return new Promise((resolve, reject) => {
    const handle: SequenceHandle = engine.open(request, {
      next(event) {
        addToHash(hash, event);
        if (event.index + 1 < count) return;
        const record = JSON.stringify(handle.snapshot());
        handle.cancel();
        resolve(JSON.parse(record) as SequenceSnapshot);
      },
      error: reject,
      complete: () => reject(new Error(`sequence ${String(request.sequenceId)} ended before it was cut off`)),
    });
  });
}

/** Kills one worker after the other; the rows in flight at one kill are done before the next. */
function killNowAndThen(pool: SamplerPool, everyMs: number): () => Promise<void> {
  let kills = 0;
  let rowsAtKill = 0;
  let pending: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    const { rowsSampled } = pool.stats();
    if (rowsSampled < rowsAtKill + 2 * pool.slotCount) return;
    rowsAtKill = rowsSampled;
    pending = pool.killWorker(kills++ % pool.workers);
  }, everyMs);
  return () => {
    clearInterval(timer);
    return pending;
  };
}
