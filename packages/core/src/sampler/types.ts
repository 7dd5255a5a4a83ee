/** The single-thread sampler as its users see it. */
import type { RowDtype, SparseRow } from "@tokenmill/contracts";
import type { KernelVariant } from "../instantiate.ts";
import type { CompiledPlan } from "../chain/plan.ts";
import type { KernelModule } from "../kernelModule.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import type { CustomStage } from "./customStage.ts";
import type { SampleResult } from "../records/sampleResult.ts";
import type { SequenceOptions, SequenceSampler } from "./sequenceSampler.ts";

export interface SamplerOptions {
  /** Length of a row, 1 … 2^24. */
  vocabSize: number;
  /** Element type of the rows. Absent: `f32`. */
  dtype?: RowDtype;
  /** Largest `logprobs`, 0 … 2^24. Absent: 20. */
  maxLogprobs?: number;
  /** Most ids in `logprobTokenIds`, 0 … 4096. Absent: 128. */
  maxLogprobTokenIds?: number;
  /** Most tokens of a sampling mask, 0 … 2^24: a row that was drawn from more fails, unless it is all of the row. Absent: 2048. */
  maxSamplingMask?: number;
  /** Longest history in tokens, 0 … 2^28. Absent: 65,536. */
  maxHistory?: number;
  /** Stages of your own by name: `customStages: { quiet }` runs where a `chain` says `"custom:quiet"`. Absent: none. */
  customStages?: Readonly<Record<string, CustomStage>>;
  /** Absent: SIMD where there is any. */
  variant?: KernelVariant;
  /**
   * The kernels as the host compiled them from `@tokenmill/core/kernels.wasm`, for hosts that compile no bytes; no `variant`
   * beside it. Absent: they are compiled, or come with the conditions `workerd` and `edge-light` of bundlers.
   */
  module?: KernelModule;
}

/** Which draw: the token is a function of (row, params, history) and of these, nothing else. */
export interface Draw {
  /** Number of tokens of the sequence before this one. Absent: 0. */
  position?: number;
  /** Absent: 0. */
  sequenceId?: number | bigint;
  /** Overrides the params' seed; as there, −1 is a random one. */
  seed?: number | bigint;
  /** Token ids so far, prompt then output; penalties read them. Absent: none. */
  history?: ArrayLike<number>;
  /** How many of the history are the prompt. Absent: none. */
  promptLength?: number;
  /** The sequence's state, as the last token's `SampleResult.state` of this plan has it. Absent: the plan's initial one. */
  state?: ArrayLike<number>;
  /** ⌈vocabSize / 32⌉ words, token id i at bit i mod 32 of word ⌊i / 32⌋: only tokens whose bit is 1 can be drawn. */
  tokenMask?: Int32Array | Uint32Array;
}

/** What can still be drawn after some stages, best first. */
export interface Distribution {
  tokenIds: Int32Array;
  probs: Float64Array;
}

export interface Sampler {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly maxLogprobs: number;
  readonly maxLogprobTokenIds: number;
  readonly maxSamplingMask: number;
  /** The row in the kernels' memory; write logits here to save a copy and pass nothing to `sample`. */
  readonly row: Float32Array | Uint16Array;
  /** Validates and packs params; reuse the plan in loops, with this sampler. @throws TypeError, RangeError */
  compile(params: SamplingParams): CompiledPlan;
  /**
   * Samples one token. `logits`: `vocabSize` elements of `dtype` (bit patterns for f16 and bf16; an array type of the other
   * kind is refused), or undefined for what stands in `row`; a `SparseRow` is a row by its largest logits, f32 whatever the
   * dtype. A plan is one that this sampler compiled, or `compileParams` for its options; params are compiled unless they equal
   * those of one of the last calls, whatever object they are. The result has room for what they ask for: `logprobs`
   * top tokens, `logprobTokenIds` named ones, a `samplingMask`.
   * @throws SampleError for a row that has NaN, +Infinity or nothing to draw, whose custom stage throws, or that is sparse and
   * lists too little (`row_too_sparse`) or contradicts itself (`invalid_sparse_row`), or whose
   * `samplingMask` has no room (`sampling_mask_too_large`); TypeError, RangeError for bad arguments.
   */
  sample(
    logits: ArrayLike<number> | SparseRow | undefined,
    params: SamplingParams | CompiledPlan,
    draw?: Draw,
  ): SampleResult;
  /**
   * A sequence that keeps its history, position and state: `next(logits)` draws one token after the other. Any number of
   * sequences may share one sampler, in any order of their tokens.
   * @throws TypeError, RangeError
   */
  openSequence(params: SamplingParams | CompiledPlan, options?: SequenceOptions): SequenceSampler;
  /** The distribution after the first `stageCount` active stages (absent: all). Throws like `sample`. */
  distribution(
    logits: ArrayLike<number> | SparseRow | undefined,
    params: SamplingParams | CompiledPlan,
    draw?: Draw & { stageCount?: number },
  ): Distribution;
  /**
   * Classifier-free guidance: u + scale·(c − u) of the two rows' log-softmax, into `row`; sample it with `undefined` for
   * logits. A logit that is −Infinity in one of the rows is so in the result. f32 only.
   * @param scale finite, ≥ 0: 1 is the conditional row, above 1 away from the unconditional one
   * @throws SampleError, TypeError, RangeError
   */
  guide(conditional: ArrayLike<number>, unconditional: ArrayLike<number>, scale: number): void;
}
