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

export class EngineTarget implements Target {
  readonly bytesPerToken: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly pids: readonly number[] = [process.pid];
  readonly #engine: Engine;
  readonly #pool: SamplerPool;
  readonly #seed: number;

  private constructor(engine: Engine, pool: SamplerPool, seed: number) {
    const { vocabSize, dtype, name } = engine.source;
    this.#engine = engine;
    this.#pool = pool;
    this.#seed = seed;
    this.bytesPerToken = vocabSize * dtypeBytes[dtype];
    this.facts = { source: name, vocabSize, workers: pool.workers, slots: pool.slotCount };
  }

  static async open(spec: EngineTargetSpec, { seed, requests }: Scenario): Promise<EngineTarget> {
    const { workers, slots, rows: syntheticKind } = spec;
    const source = await openSource({ ...spec, syntheticKind });
    const sizes = { ...(workers !== undefined && { workers }), ...(slots !== undefined && { slots }) };
    const pool = await createPool({ source, ...sizes });
    const target = new EngineTarget(await createEngine({ source, pool, seed }), pool, seed);
    try {
      // Params out of range are the user's error, not each request's.
      for (const { params } of requests.mix)
        target.#engine.open({ ...params, maxTokens: 1 }, { next() {}, error() {}, complete() {} }).cancel();
    } catch (error) {
      await target.close();
      throw error;
    }
    return target;
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

  async close(): Promise<void> {
    await this.#engine.close();
    await this.#pool.close();
    await this.#engine.source.close?.();
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

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "bad_request";
}
