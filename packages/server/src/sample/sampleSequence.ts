/** What the server keeps of a sequence whose rows come from outside. */
import { checkInteger, refuse } from "@tokenmill/check";
import { createResult, drawSeed, type FinishReason, type SampleResult, type TokenLogprob } from "@tokenmill/core";
import type { History, Plan } from "@tokenmill/worker-pool";
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "../limits/client.ts";
import type { Claim } from "../limits/shares.ts";
import type { RowSampler } from "./rowSampler.ts";
import type { SampleOpen } from "./sampleHeader.ts";

/** The answer to one row. */
export interface SampleAnswer {
  readonly sequenceId: number | bigint;
  readonly position: number;
  readonly tokenId: number;
  readonly logprob?: number;
  readonly rank?: number;
  readonly topLogprobs?: readonly TokenLogprob[];
  /** The sequence has ended, and is forgotten when its last answer has been sent. */
  readonly finishReason?: FinishReason;
}

/** The answer to a row that could not be sampled; the sequence stays where it was. */
export interface SampleFailure {
  readonly sequenceId: number | bigint;
  readonly position: number;
  readonly error: { readonly code: string; readonly message: string };
}

/** What opening a sequence needs besides its parameters. */
export interface SampleAccess {
  readonly client: Client;
  readonly maxContextTokens: number;
  /** @throws ApiError 429 */
  claimPlace(): Claim;
}

const defaultMaxTokens = 256;
/** Of an answer, or of one of its log-probabilities: an object. */
const answerBytes = 80;

export class SampleSequence {
  readonly sequenceId: number | bigint;
  /** For one request at a time. */
  isBusy = false;
  lastUsedMs: number = performance.now();
  position = 0;
  /** Given again if a row is sent again. */
  lastAnswer: SampleAnswer | undefined;
  readonly #sampler: RowSampler;
  readonly #plan: Plan;
  readonly #history: History;
  readonly #seed: bigint;
  readonly #result: SampleResult;
  /** What stages remember from token to token, mirostat say; undefined if none does. */
  readonly #state: Float64Array | undefined;
  /** What the last token changed. */
  #before: { readonly lastAnswer: SampleAnswer | undefined; readonly state: Float64Array | undefined } | undefined;

  /** What it takes of its client's shares. */
  readonly #claims: readonly Claim[];

  /** @throws TypeError, RangeError for bad parameters, ApiError if there is no memory or the client has had its share. */
  constructor(sampler: RowSampler, sequenceId: number | bigint, open: SampleOpen, access: SampleAccess) {
    const { prompt = [], maxTokens, ...params } = open;
    if (!Array.isArray(prompt)) refuse("prompt", "array of token ids", prompt, true);
    const capacity = prompt.length + checkedMaxTokens(prompt.length, maxTokens, access.maxContextTokens);
    this.sequenceId = sequenceId;
    this.#sampler = sampler;
    this.#result = createResult(sampler.pool.maxLogprobs);
    this.#plan = sampler.pool.compile(params);
    this.#seed = drawSeed(params.seed);
    this.#state = this.#plan.initialState && Float64Array.from(this.#plan.initialState);
    const claims: Claim[] = [];
    try {
      claims.push(access.claimPlace());
      claims.push(sampler.tokens.claim(access.client, capacity));
      this.#history = historyOf(sampler, prompt, capacity);
    } catch (error) {
      this.#plan.release();
      for (const claim of claims) claim.release();
      throw error;
    }
    this.#claims = claims;
  }

  /** What the answer to a row takes in memory, about. */
  get answerBytes(): number {
    return answerBytes * (1 + (this.#plan.params.logprobs ?? 0));
  }

  get sampler(): RowSampler {
    return this.#sampler;
  }

  /** Samples the row in the slot and moves on by its token. */
  async sample(slot: number): Promise<SampleAnswer | SampleFailure> {
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
    await this.#sampler.sample(slot, job);
    const result = this.#result;
    this.#sampler.pool.readResult(slot, result);
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
    for (const claim of this.#claims) claim.release();
  }

  #answer(result: SampleResult, position: number): SampleAnswer {
    const { logprobs, stopTokenIds = [], minTokens = 0 } = this.#plan.params;
    const { tokenId, logprob, rank, topCount, topTokenIds, topLogprobs } = result;
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
      ...(finishReason !== undefined && { finishReason }),
    };
  }
}

/** @throws RangeError, ApiError if prompt and output do not fit the context. */
function checkedMaxTokens(promptLength: number, given: number | undefined, maxContextTokens: number): number {
  // By default as many as the context leaves, if it leaves any.
  const fitting = Math.max(1, Math.min(defaultMaxTokens, maxContextTokens - promptLength));
  const maxTokens = given === undefined ? fitting : given;
  checkInteger("maxTokens", maxTokens, { min: 1, max: 2 ** 24 });
  if (promptLength + maxTokens <= maxContextTokens) return maxTokens;
  const wanted = `${promptLength + maxTokens} were asked for (${promptLength} in the prompt, ${maxTokens} for the output)`;
  throw new ApiError(400, `the context holds ${maxContextTokens} tokens, and ${wanted}`, {
    param: "maxTokens",
    code: "context_length_exceeded",
  });
}

/** @throws ApiError if there is no memory. */
function historyOf(sampler: RowSampler, prompt: readonly number[], capacity: number): History {
  const history = sampler.pool.openHistory(prompt, capacity);
  if (history) return history;
  throw new ApiError(429, "there is no memory for another sequence: close some", {
    code: "memory_full",
    retryAfterSeconds: 1,
  });
}
