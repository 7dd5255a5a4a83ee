/** Sequences run through an engine on a pool that the test can hurt. */
import type { GenerateRequest, WorkerSource } from "@tokenmill/core";
import { createEngine, type Engine, type SequenceError } from "@tokenmill/engine";
import { createPool, type PoolOptions, type SamplerPool } from "@tokenmill/worker-pool";

export type Breaker = "exit" | "throwLater" | "rejectLater" | "outOfMemory" | "slow";

export interface FaultyOptions {
  /** By sequence id: what happens at its position 3, or at each with `slow`. */
  readonly breakers?: Readonly<Record<number, Breaker>>;
  /** Once that file exists, no worker can start. */
  readonly goneFile?: string;
}

export function faultySource(options: FaultyOptions = {}, vocabSize = 2000): WorkerSource {
  const worker = { moduleUrl: new URL("./faultyRows.mjs", import.meta.url).href, options };
  return { kind: "worker", name: "faulty", vocabSize, dtype: "f32", tablesBytes: 0, worker };
}

/** The tokens of each sequence, or its error's code and message at the end. */
export type Outcome = (number | string)[];

export interface Drill {
  readonly pool: SamplerPool;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Nothing runs on the calling thread, so that what breaks breaks a worker. */
export async function startDrill(source: WorkerSource, options: PoolOptions = {}): Promise<Drill> {
  const pool = await createPool({ source, workers: 2, slots: 16, arenaBytes: 2 ** 20, inlineRows: 0, ...options });
  const engine = await createEngine({ source, pool, seed: 11 });
  const close = async () => {
    await engine.close();
    await pool.close();
  };
  return { pool, engine, close };
}

/** Penalties over a long history and an n-gram rule: a row spends most of its time patched. */
function requestOf(sequenceId: number, maxTokens: number): GenerateRequest {
  return {
    sequenceId,
    maxTokens,
    prompt: Array.from({ length: 600 }, (_, i) => (i * 37 + sequenceId) % 2000),
    temperature: 0.9,
    topP: 0.95,
    repetitionPenalty: 1.2,
    frequencyPenalty: 0.1,
    noRepeatNgramSize: 2,
    bannedTokenIds: [sequenceId, 5],
  };
}

/** Runs sequences 0 … count − 1 at once; throws if an event is missing, doubled or out of order. */
export function runAll(engine: Engine, count: number, maxTokens: number, onToken = () => {}): Promise<Outcome[]> {
  const runs = Array.from({ length: count }, (_, sequenceId) => {
    return new Promise<Outcome>((resolve, reject) => {
      const outcome: Outcome = [];
      engine.open(requestOf(sequenceId, maxTokens), {
        next({ tokenId, index }) {
          if (index !== outcome.length)
            reject(new Error(`sequence ${sequenceId}: ${index} after ${outcome.length} tokens`));
          outcome.push(tokenId);
          onToken();
        },
        error(error) {
          const { code, message } = error as SequenceError;
          resolve([...outcome, `${code}: ${message}`]);
        },
        complete: () => resolve(outcome),
      });
    });
  });
  return Promise.all(runs);
}
