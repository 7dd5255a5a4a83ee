/** One row of the batch: its sequence, and what was drawn of it. */
import { refuseBecause } from "@tokenmill/check";
import type { SampleResult, SequenceSampler } from "@tokenmill/core";

export interface DrawnToken {
  readonly tokenId: number;
  /** Natural log of its probability; with `logprobs`. */
  readonly logprob?: number;
  /** By logit, from 1; with `logprobs`. */
  readonly rank?: number;
  /** Most probable first; with `logprobs` of 1 or more. */
  readonly topLogprobs?: readonly ScoredToken[];
  /** In the order of `logprobTokenIds`; with it. */
  readonly namedLogprobs?: readonly ScoredToken[];
  /** The tokens that it was drawn from, and the natural log of its probability among them; with `samplingMask`. */
  readonly samplingMask?: readonly number[] | "all";
  readonly samplingLogprob?: number;
}

interface ScoredToken {
  readonly tokenId: number;
  readonly logprob: number;
}

/** What a row has generated. */
export interface GeneratedRow {
  readonly tokens: readonly DrawnToken[];
  /** Whether one of its `stopTokenIds` was drawn: `generate` goes on with the batch, this row only repeats that token. */
  readonly isStopped: boolean;
}

export class RowSampler implements GeneratedRow {
  readonly tokens: DrawnToken[] = [];
  isStopped = false;
  readonly #sequence: SequenceSampler;
  readonly #padding: number;

  /** @param padding tokens of the runtime's input before the prompt */
  constructor(sequence: SequenceSampler, padding: number) {
    this.#sequence = sequence;
    this.#padding = padding;
  }

  /** Draws from the row and leaves one finite logit. @throws where the runtime's input is not what was drawn */
  draw(inputIds: ArrayLike<bigint>, logits: Float32Array): void {
    const tokenId = this.isStopped ? this.tokens.at(-1)!.tokenId : this.#next(inputIds, logits);
    logits.fill(-Infinity);
    logits[tokenId] = 0;
  }

  #next(inputIds: ArrayLike<bigint>, logits: Float32Array): number {
    this.#checkInput(inputIds);
    const result = this.#sequence.next(logits);
    const { logprobs, logprobTokenIds, stopTokenIds = [] } = this.#sequence.plan.params;
    const { tokenId } = result;
    const drawn = logprobs === undefined ? { tokenId } : withLogprobs(result, logprobTokenIds);
    this.tokens.push(result.maskCount === 0 ? drawn : { ...drawn, ...samplingMaskOf(result) });
    this.isStopped = stopTokenIds.includes(tokenId);
    return tokenId;
  }

  #checkInput(inputIds: ArrayLike<bigint>): void {
    const last = this.tokens.at(-1)?.tokenId;
    const { promptLength, position } = this.#sequence;
    if (inputIds.length === this.#padding + promptLength + position) {
      if (last === undefined || Number(inputIds[inputIds.length - 1]) === last) return;
    }
    const expected = "expected to be of one generate() call whose tokens are those that were drawn here";
    refuseBecause("inputIds", `${expected}: use a new processor for each call, as the last of its list`, false);
  }
}

function withLogprobs(result: SampleResult, logprobTokenIds: readonly number[] = []): DrawnToken {
  const { tokenId, logprob, rank, topCount, topTokenIds, topLogprobs, namedLogprobs } = result;
  const top = Array.from({ length: topCount }, (_, i) => ({ tokenId: topTokenIds[i]!, logprob: topLogprobs[i]! }));
  const named = logprobTokenIds.map((id, i) => ({ tokenId: id, logprob: namedLogprobs[i]! }));
  return {
    tokenId,
    logprob,
    rank,
    ...(topCount > 0 && { topLogprobs: top }),
    ...(named.length > 0 && { namedLogprobs: named }),
  };
}

function samplingMaskOf({ maskCount, maskTokenIds, maskLogprob }: SampleResult): Partial<DrawnToken> {
  const samplingMask = maskCount < 0 ? "all" : Array.from(maskTokenIds.subarray(0, maskCount));
  return { samplingMask, samplingLogprob: maskLogprob };
}
