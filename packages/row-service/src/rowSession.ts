/** A sequence whose rows come from outside: its parameters, its history, and its last token, which is given again when it is asked for again. */
import { checkInteger, mostTokens, refuse } from "@tokenmill/check";
import {
  createResult,
  drawSeed,
  type FinishReason,
  type SampleResult,
  type SamplingParams,
  type TokenLogprob,
} from "@tokenmill/core";
import type { History, Plan } from "@tokenmill/worker-pool";
import { RowError } from "./rowError.ts";
import type { RowPool } from "./rowPool.ts";

/** The answer to one row. */
export interface RowAnswer {
  readonly sequenceId: number | bigint;
  readonly position: number;
  readonly tokenId: number;
  readonly logprob?: number;
  readonly rank?: number;
  readonly topLogprobs?: readonly TokenLogprob[];
  readonly namedLogprobs?: readonly TokenLogprob[];
  readonly samplingMask?: readonly number[] | "all";
  readonly samplingLogprob?: number;
  /** The sequence has ended, and is forgotten when its last answer has been sent. */
  readonly finishReason?: FinishReason;
}

/** The answer to a row that could not be sampled; the sequence stays where it was. */
export interface RowFailure {
  readonly sequenceId: number | bigint;
  readonly position: number;
  readonly error: { readonly code: string; readonly message: string };
}

/** Opens a sequence: its prompt as token ids, sampling parameters, and how many tokens it may get. */
export interface RowSessionParams extends SamplingParams {
  prompt?: readonly number[];
  maxTokens?: number;
}

/** What a sequence may take. */
export interface RowSessionAccess {
  /** Prompt and output together. */
  readonly maxContextTokens: number;
  /** Takes a place and memory for that many tokens of whoever opens it; the function gives them back. */
  claim?(capacityTokens: number): () => void;
}

const defaultMaxTokens = 256;
/** Of an answer, or of one of its log-probabilities: an object. */
const answerBytes = 80;

export class RowSession {
  readonly sequenceId: number | bigint;
  /** For one request at a time. */
  isBusy = false;
  lastUsedMs: number = performance.now();
  position = 0;
  /** Given again if a row is sent again. */
  lastAnswer: RowAnswer | undefined;
  readonly #rows: RowPool<never>;
  readonly #plan: Plan;
  readonly #history: History;
  readonly #seed: bigint;
  readonly #result: SampleResult;
  /** What stages remember from token to token, mirostat say; undefined if none does. */
  readonly #state: Float64Array | undefined;
  /** What the last token changed. */
  #before: { readonly lastAnswer: RowAnswer | undefined; readonly state: Float64Array | undefined } | undefined;

  /** Gives back what it takes of its client's shares. */
  readonly #unclaim: (() => void) | undefined;

  /** @throws TypeError, RangeError for bad parameters, RowError if there is no memory, what `claim` throws. */
  constructor(rows: RowPool<never>, sequenceId: number | bigint, open: RowSessionParams, access: RowSessionAccess) {
    const { prompt = [], maxTokens, ...params } = open;
    if (!Array.isArray(prompt)) refuse("prompt", "array of token ids", prompt, true);
    const capacity = prompt.length + checkedMaxTokens(prompt.length, maxTokens, access.maxContextTokens);
    this.sequenceId = sequenceId;
    this.#rows = rows;
    const { maxLogprobs, maxLogprobTokenIds, maxSamplingMask } = rows.pool;
    this.#result = createResult(maxLogprobs, maxLogprobTokenIds, maxSamplingMask);
    this.#plan = rows.pool.compile(params);
    this.#seed = drawSeed(params.seed);
    this.#state = this.#plan.initialState && Float64Array.from(this.#plan.initialState);
    let unclaim: (() => void) | undefined;
    try {
      unclaim = access.claim?.(capacity);
      this.#history = historyOf(rows, prompt, capacity);
    } catch (error) {
      this.#plan.release();
      unclaim?.();
      throw error;
    }
    this.#unclaim = unclaim;
  }

  /** What the answer to a row takes in memory, about. */
  get answerBytes(): number {
    const { logprobs = 0, logprobTokenIds = [], samplingMask } = this.#plan.params;
    const maskBytes = samplingMask ? 8 * this.#rows.pool.maxSamplingMask : 0;
    return answerBytes * (1 + logprobs + logprobTokenIds.length) + maskBytes;
  }

  /** The pool that its rows are of. */
  get rows(): RowPool<never> {
    return this.#rows;
  }

  /** Samples the row in the slot and moves on by its token. */
  async sample(slot: number): Promise<RowAnswer | RowFailure> {
    const { sequenceId, position } = this;
    const job = {
      plan: this.#plan,
      history: this.#history,
      seed: this.#seed,
      sequenceId: BigInt(sequenceId),
      position,
      writeRow: false,
      state: this.#state,
    };
    const result = await this.#rows.sample(slot, job, this.#result);
    if (result.status !== "ok") {
      return { sequenceId, position, error: { code: result.status, message: result.message } };
    }
    this.#before = { lastAnswer: this.lastAnswer, state: this.#state?.slice() };
    this.#state?.set(result.state);
    this.#history.push(result.tokenId);
    this.position++;
    this.lastAnswer = this.#answer(result, position);
    return this.lastAnswer;
  }

  /** As it was before its last token, which nobody was told of. */
  undo(): void {
    if (!this.#before) return;
    const { lastAnswer, state } = this.#before;
    this.position--;
    this.#history.truncate(this.#history.length - 1);
    this.lastAnswer = lastAnswer;
    if (state) this.#state?.set(state);
    this.#before = undefined;
  }

  release(): void {
    this.#plan.release();
    this.#history.release();
    this.#unclaim?.();
  }

  #answer(result: SampleResult, position: number): RowAnswer {
    const { logprobs, logprobTokenIds, stopTokenIds = [], minTokens = 0 } = this.#plan.params;
    const { tokenId, logprob, rank, topCount, topTokenIds, topLogprobs, namedCount, namedLogprobs } = result;
    const { maskCount, maskTokenIds, maskLogprob } = result;
    const hasStopped = stopTokenIds.includes(tokenId) && position >= minTokens;
    const isFull = this.#history.length === this.#history.capacity;
    const finishReason = hasStopped ? "stop" : isFull ? "length" : undefined;
    return {
      sequenceId: this.sequenceId,
      position,
      tokenId,
      ...(logprobs !== undefined && { logprob, rank }),
      ...(topCount > 0 && {
        topLogprobs: Array.from({ length: topCount }, (_, i) => ({
          tokenId: topTokenIds[i]!,
          logprob: topLogprobs[i]!,
        })),
      }),
      ...(namedCount > 0 && {
        namedLogprobs: logprobTokenIds!.map((id, i) => ({ tokenId: id, logprob: namedLogprobs[i]! })),
      }),
      ...(maskCount !== 0 && {
        samplingMask: maskCount < 0 ? ("all" as const) : Array.from(maskTokenIds.subarray(0, maskCount)),
        samplingLogprob: maskLogprob,
      }),
      ...(finishReason !== undefined && { finishReason }),
    };
  }
}

/** @throws RangeError, RowError if prompt and output do not fit the context. */
function checkedMaxTokens(promptLength: number, given: number | undefined, maxContextTokens: number): number {
  // By default as many as the context leaves, if it leaves any.
  const fitting = Math.max(1, Math.min(defaultMaxTokens, maxContextTokens - promptLength));
  const maxTokens = given === undefined ? fitting : given;
  checkInteger("maxTokens", maxTokens, { min: 1, max: mostTokens });
  if (promptLength + maxTokens <= maxContextTokens) return maxTokens;
  const wanted = `${promptLength + maxTokens} were asked for (${promptLength} in the prompt, ${maxTokens} for the output)`;
  throw new RowError("context_length_exceeded", `the context holds ${maxContextTokens} tokens, and ${wanted}`);
}

/** @throws RowError if there is no memory. */
function historyOf(rows: RowPool<never>, prompt: readonly number[], capacity: number): History {
  const history = rows.pool.openHistory(prompt, capacity);
  if (history) return history;
  throw new RowError("memory_full", "there is no memory for another sequence: close some");
}
