/** The engine in this process: a request is a sequence. */
import { messageOf } from "@tokenmill/check";
import { openSource } from "@tokenmill/cli";
import { dtypeBytes, type GenerateRequest } from "@tokenmill/core";
import { createEngine, type Engine, type SequenceHandle } from "@tokenmill/engine";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import type { PlannedRequest } from "../../schedule/planRequests.ts";
import type { EngineTargetSpec, Scenario } from "../../scenario/scenario.ts";
import { randomTokenIds } from "../target/randomTokenIds.ts";
import type { Call, Sent, Target } from "../target/target.ts";

interface Closeable {
  close?(): Promise<void>;
}

export class EngineTarget implements Target {
  readonly bytesPerToken: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly pids: readonly number[] = [process.pid];
  readonly #engine: Engine;
  readonly #opened: readonly Closeable[];
  readonly #seed: number;

  private constructor(engine: Engine, pool: SamplerPool, opened: readonly Closeable[], seed: number) {
    const { vocabSize, dtype, name } = engine.source;
    this.#engine = engine;
    this.#opened = opened;
    this.#seed = seed;
    this.bytesPerToken = vocabSize * dtypeBytes[dtype];
    this.facts = { source: name, vocabSize, workers: pool.workers, slots: pool.slotCount };
  }

  static async open(spec: EngineTargetSpec, { seed, requests }: Scenario): Promise<EngineTarget> {
    const { workers, slots, rows: syntheticKind } = spec;
    const source = await openSource({ ...spec, syntheticKind });
    const opened: Closeable[] = [source];
    try {
      const sizes = { ...(workers !== undefined && { workers }), ...(slots !== undefined && { slots }) };
      const pool = await createPool({ source, ...sizes });
      opened.unshift(pool);
      const engine = await createEngine({ source, pool, seed });
      opened.unshift(engine);
      // Params out of range are the user's error, not each request's.
      for (const { params } of requests.mix)
        engine.open({ ...params, maxTokens: 1 }, { next() {}, error() {}, complete() {} }).cancel();
      return new EngineTarget(engine, pool, opened, seed);
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }

  send(request: PlannedRequest, call: Call): Sent {
    let timer: NodeJS.Timeout | undefined;
    let handle: SequenceHandle | undefined;
    try {
      handle = this.#engine.open(this.#requestOf(request), {
        next: () => {
          call.tokens(1);
          if (request.readDelayMs === undefined) return;
          handle?.pause();
          timer = setTimeout(() => handle?.resume(), request.readDelayMs);
        },
        error: (error) => call.fail(codeOf(error), messageOf(error)),
        complete: () => {
          clearTimeout(timer);
          call.done();
        },
      });
    } catch (error) {
      setImmediate(() => call.fail(codeOf(error), messageOf(error)));
    }
    return {
      cancel: () => {
        clearTimeout(timer);
        handle?.cancel();
      },
    };
  }

  close(): Promise<void> {
    return closeAll(this.#opened);
  }

  /** Goes on after end of text, so that lengths are those of the scenario; `ignoreEos: false` in the mix changes that. */
  #requestOf({ index, prompt, promptTokens, maxTokens, params }: PlannedRequest): GenerateRequest {
    const { vocabSize: rowLength, tokenizer } = this.#engine.source;
    // rows of a model may be longer than its vocabulary
    const vocabSize = tokenizer?.vocabSize ?? rowLength;
    const tokenIds = prompt ?? randomTokenIds(this.#seed, index, promptTokens, vocabSize);
    return { ignoreEos: true, ...params, maxTokens, prompt: tokenIds };
  }
}

/** One after the other: what was opened last is the first. */
async function closeAll(opened: readonly Closeable[]): Promise<void> {
  for (const each of opened) await each.close?.();
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "bad_request";
}
