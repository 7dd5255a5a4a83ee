/** The single-thread sampler: one row at a time, in Node or in a browser. */
import { dtypeBytes, type RowDtype } from "../contracts/dtype.ts";
import { compileKernels, createMemory, instantiateKernels, type KernelVariant } from "../instantiate.ts";
import type { Kernels } from "../kernels.ts";
import {
  JOB_BYTES,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_MASK,
  JOB_PLAN,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  JOB_SEED_HIGH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
  JOB_STATE,
  RESULT_STATUS,
  RESULT_TOP,
  RESULT_TOP_ENTRY_BYTES,
  ROW_PADDING_ELEMENTS,
  STATE_NUMBERS,
  STATUS_OK,
  UNDO_CAPACITY,
  UNDO_ENTRY_BYTES,
} from "../layout.ts";
import { refuse } from "@tokenmill/check";
import { type CompiledPlan, compileParams } from "../params/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { dtypeCode, negativeInfinity } from "./dtypeCode.ts";
import { CustomChain, customScratchBytes } from "./customChain.ts";
import { type MemoryViews, messageOf, readResult, sampleErrorCodes } from "./readResult.ts";
import type { CustomStage } from "./customStage.ts";
import { createResult, SampleError, type SampleResult } from "./result.ts";

export interface SamplerOptions {
  /** Length of a row, 1 … 2^24. */
  vocabSize: number;
  /** Element type of the rows. Absent: `f32`. */
  dtype?: RowDtype;
  /** Largest `logprobs`, 0 … 2^24. Absent: 20. */
  maxLogprobs?: number;
  /** Longest history in tokens. Absent: 65,536. */
  maxHistory?: number;
  /** Stages of your own by name: `customStages: { quiet }` runs where a `chain` says `"custom:quiet"`. Absent: none. */
  customStages?: Readonly<Record<string, CustomStage>>;
  /** Absent: SIMD where there is any. */
  variant?: KernelVariant;
}

/** Which draw: the token is a function of (row, params, history) and of these, nothing else. */
export interface Draw {
  /** Number of tokens of the sequence before this one. Absent: 0. */
  position?: number;
  /** Absent: 0. */
  sequenceId?: number | bigint;
  /** Overrides the params' seed. */
  seed?: number | bigint;
  /** Token ids so far, prompt then output; penalties read them. Absent: none. */
  history?: ArrayLike<number>;
  /** How many of the history are the prompt. Absent: none. */
  promptLength?: number;
  /** The sequence's state, as the last token's `SampleResult.state` has it. Absent: the plan's initial one. */
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
  /** The row in the kernels' memory; write logits here to save a copy and pass nothing to `sample`. */
  readonly row: Float32Array | Uint16Array;
  /** Validates and packs params; reuse the plan in loops. @throws TypeError, RangeError */
  compile(params: SamplingParams): CompiledPlan;
  /**
   * Samples one token. `logits`: `vocabSize` elements of `dtype` (bit patterns for f16 and bf16), or undefined for what
   * stands in `row`.
   * @throws SampleError for a row that has NaN, +Infinity or nothing to draw, or whose custom stage throws; TypeError,
   * RangeError for bad arguments.
   */
  sample(logits: ArrayLike<number> | undefined, params: SamplingParams | CompiledPlan, draw?: Draw): SampleResult;
  /** The distribution after the first `stageCount` active stages (absent: all). Throws like `sample`. */
  distribution(
    logits: ArrayLike<number> | undefined,
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

/** Words of a token mask. */
const maskWords = (vocabSize: number): number => (vocabSize + 31) >> 5;

const align = (bytes: number): number => (bytes + 63) & ~63;

/** Makes a sampler; the kernels compile once per process. @throws RangeError for options out of range. */
export async function createSampler(options: SamplerOptions): Promise<Sampler> {
  const { vocabSize, dtype = "f32", maxLogprobs = 20, maxHistory = 65536, customStages = {} } = options;
  if (!Number.isInteger(vocabSize) || vocabSize < 1 || vocabSize > 2 ** 24) {
    refuse("vocabSize", "integer in [1, 2^24]", vocabSize, typeof vocabSize !== "number");
  }
  if (!Object.hasOwn(dtypeBytes, dtype)) refuse("dtype", `one of ${Object.keys(dtypeBytes).join(", ")}`, dtype, false);
  if (!Number.isInteger(maxLogprobs) || maxLogprobs < 0 || maxLogprobs > 2 ** 24) {
    refuse("maxLogprobs", "integer in [0, 2^24]", maxLogprobs, typeof maxLogprobs !== "number");
  }
  for (const [name, stage] of Object.entries(customStages)) {
    if (typeof stage !== "function") refuse(`customStages.${name}`, "function", stage, true);
  }
  const module = await compileKernels(options.variant);
  const padded = Math.ceil(vocabSize / ROW_PADDING_ELEMENTS) * ROW_PADDING_ELEMENTS;
  const sizes = {
    job: JOB_BYTES,
    undo: UNDO_CAPACITY * UNDO_ENTRY_BYTES,
    result: RESULT_TOP + maxLogprobs * RESULT_TOP_ENTRY_BYTES,
    plan: 65536 + vocabSize * 16,
    history: maxHistory * 4,
    mask: maskWords(vocabSize) * 4,
    row: padded * 4,
    custom: Object.keys(customStages).length > 0 ? customScratchBytes(padded) : 0,
    ids: padded * 4,
    probs: padded * 8,
  };
  let end = 1024;
  const take = (bytes: number): number => {
    const offset = end;
    end = align(end + bytes);
    return offset;
  };
  const at = {
    job: take(sizes.job),
    undo: take(sizes.undo),
    result: take(sizes.result),
    plan: take(sizes.plan),
    history: take(sizes.history),
    mask: take(sizes.mask),
    row: take(sizes.row),
    custom: take(sizes.custom),
    ids: take(sizes.ids),
    probs: take(sizes.probs),
  };
  const probe = await instantiateKernels(module, createMemory(65536));
  const workspace = take(probe.workspace_bytes(vocabSize));
  const memory = createMemory(end);
  const kernels = await instantiateKernels(module, memory);
  return new SingleSampler(memory, kernels, { ...at, workspace }, sizes.plan, {
    vocabSize,
    dtype,
    maxLogprobs,
    maxHistory,
    customStages,
  });
}

interface Offsets {
  job: number;
  undo: number;
  result: number;
  plan: number;
  history: number;
  mask: number;
  row: number;
  /** Scratch of custom stages, if there are any. */
  custom: number;
  ids: number;
  probs: number;
  workspace: number;
}

class SingleSampler implements Sampler {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly maxLogprobs: number;
  readonly row: Float32Array | Uint16Array;
  readonly #maxHistory: number;
  readonly #customStages: readonly string[];
  readonly #customChain: CustomChain;
  readonly #planCapacity: number;
  readonly #kernels: Kernels;
  readonly #at: Offsets;
  readonly #views: MemoryViews;
  readonly #bytes: Uint8Array;
  readonly #paddedLength: number;
  #loaded: CompiledPlan | undefined;

  constructor(
    memory: WebAssembly.Memory,
    kernels: Kernels,
    at: Offsets,
    planCapacity: number,
    options: Required<Omit<SamplerOptions, "variant">>,
  ) {
    const { buffer } = memory;
    this.vocabSize = options.vocabSize;
    this.dtype = options.dtype;
    this.maxLogprobs = options.maxLogprobs;
    this.#maxHistory = options.maxHistory;
    this.#customStages = Object.keys(options.customStages);
    this.#planCapacity = planCapacity;
    this.#kernels = kernels;
    this.#at = at;
    this.#views = { i32: new Int32Array(buffer), f64: new Float64Array(buffer) };
    this.#bytes = new Uint8Array(buffer);
    this.#paddedLength = (at.custom - at.row) / 4;
    this.#customChain = new CustomChain({
      kernels,
      memory,
      vocabSize: this.vocabSize,
      paddedLength: this.#paddedLength,
      scratch: at.custom,
      workspace: at.workspace,
      stages: options.customStages,
    });
    const ViewType = this.dtype === "f32" ? Float32Array : Uint16Array;
    new ViewType(buffer, at.row, this.#paddedLength).fill(negativeInfinity[this.dtype]);
    this.row = new ViewType(buffer, at.row, this.vocabSize);
  }

  compile(params: SamplingParams): CompiledPlan {
    const plan = compileParams(params, {
      vocabSize: this.vocabSize,
      maxLogprobs: this.maxLogprobs,
      customStages: this.#customStages,
    });
    if (plan.bytes.length > this.#planCapacity) {
      throw new RangeError(`params expected to pack into ${this.#planCapacity} bytes, got ${plan.bytes.length}`);
    }
    return plan;
  }

  sample(logits: ArrayLike<number> | undefined, params: SamplingParams | CompiledPlan, draw: Draw = {}): SampleResult {
    const plan = this.#prepare(logits, params, draw);
    const { row, job, undo, result } = this.#at;
    const place = { row, dtypeCode: dtypeCode[this.dtype], job, undo };
    this.#customChain.sample(place, this.#at.plan, result);
    return this.#result(plan);
  }

  distribution(
    logits: ArrayLike<number> | undefined,
    params: SamplingParams | CompiledPlan,
    draw: Draw & { stageCount?: number } = {},
  ): Distribution {
    const compiled = this.#prepare(logits, params, draw);
    const { stageNames } = compiled;
    const stageCount = draw.stageCount ?? stageNames.length;
    if (!Number.isInteger(stageCount) || stageCount < 0 || stageCount > stageNames.length) {
      refuse("stageCount", `integer in [0, ${stageNames.length}]`, stageCount, typeof stageCount !== "number");
    }
    const { job, undo, plan, ids, probs, result, workspace } = this.#at;
    const place = { row: this.#at.row, dtypeCode: dtypeCode[this.dtype], job, undo };
    const rest = this.#customChain.run(place, plan, stageCount, result);
    if (!rest) throw this.#failure();
    const { vocabSize } = this;
    const n = this.#kernels.distribution_row(
      rest.row,
      rest.dtypeCode,
      vocabSize,
      rest.job,
      rest.undo,
      plan,
      stageCount,
      ids,
      probs,
      workspace,
    );
    if (n < 0) {
      // the sampling kernel finds the same fault and says where
      this.#kernels.sample_row(rest.row, rest.dtypeCode, vocabSize, rest.job, rest.undo, plan, result, workspace);
      this.#result(compiled);
      throw new SampleError("all_tokens_masked", messageOf("all_tokens_masked", -1));
    }
    return {
      tokenIds: this.#views.i32.slice(ids >> 2, (ids >> 2) + n),
      probs: this.#views.f64.slice(probs >> 3, (probs >> 3) + n),
    };
  }

  guide(conditional: ArrayLike<number>, unconditional: ArrayLike<number>, scale: number): void {
    if (this.dtype !== "f32") refuse("dtype", "f32 for guidance", this.dtype, false);
    const { vocabSize } = this;
    for (const [name, logits] of Object.entries({ conditional, unconditional })) {
      if (logits?.length !== vocabSize) refuse(name, `${vocabSize} elements (vocabSize)`, logits?.length, !logits);
    }
    if (!(Number.isFinite(scale) && scale >= 0))
      refuse("scale", "number ≥ 0, finite", scale, typeof scale !== "number");
    const { row, ids, workspace } = this.#at;
    // the ids of `distribution` are not in use: the second row stands in their place
    const second = new Float32Array(this.#bytes.buffer, ids, this.#paddedLength);
    second.fill(negativeInfinity.f32, vocabSize);
    this.row.set(conditional);
    second.set(unconditional);
    const status = this.#kernels.guide_row_f32(row, row, ids, vocabSize, scale, workspace);
    if (status === STATUS_OK) return;
    const code = sampleErrorCodes[status] ?? "all_tokens_masked";
    throw new SampleError(code, "guidance expected two rows with finite logits, without NaN and Infinity");
  }

  /** The result record. @throws SampleError if it tells of a failure. */
  #result(plan: CompiledPlan): SampleResult {
    const sampled = createResult(this.maxLogprobs);
    const { logprobs } = plan.params;
    readResult(this.#views, this.#at.result, logprobs !== undefined, sampled, plan.initialState !== undefined);
    if (sampled.status !== "ok") throw this.#failure();
    return sampled;
  }

  /** The error in the result record. */
  #failure(): SampleError {
    const failed = createResult(0);
    readResult(this.#views, this.#at.result, false, failed);
    const code = failed.status === "ok" ? "all_tokens_masked" : failed.status;
    const status = this.#views.i32[(this.#at.result + RESULT_STATUS) >> 2]!;
    const cause = code === "stage_failed" ? { cause: this.#customChain.cause } : undefined;
    return new SampleError(code, this.#customChain.explain(status, failed.message), cause);
  }

  /** Puts row, plan, history and job in place. */
  #prepare(logits: ArrayLike<number> | undefined, params: SamplingParams | CompiledPlan, draw: Draw): CompiledPlan {
    const plan = "bytes" in params ? params : this.compile(params);
    const { position = 0, sequenceId = 0, history = [], promptLength = 0, tokenMask, state = plan.initialState } = draw;
    const seed = draw.seed ?? plan.params.seed ?? 0;
    if (logits && logits.length !== this.vocabSize) {
      refuse("logits", `${this.vocabSize} elements (vocabSize)`, logits.length, false);
    }
    if (!Number.isInteger(position) || position < 0 || position >= 2 ** 31) {
      refuse("position", "integer in [0, 2^31)", position, typeof position !== "number");
    }
    if (history.length > this.#maxHistory)
      refuse("history", `at most ${this.#maxHistory} ids (maxHistory)`, history.length, false);
    if (!Number.isInteger(promptLength) || promptLength < 0 || promptLength > history.length) {
      refuse("promptLength", `integer in [0, ${history.length}]`, promptLength, typeof promptLength !== "number");
    }
    if (tokenMask && tokenMask.length !== maskWords(this.vocabSize)) {
      refuse("tokenMask", `${maskWords(this.vocabSize)} words of 32 bits`, tokenMask.length, false);
    }
    if (state && (state.length !== STATE_NUMBERS || !Array.from(state).every(Number.isFinite))) {
      refuse("state", `${STATE_NUMBERS} finite numbers`, state, false);
    }
    const { i32, f64 } = this.#views;
    if (state) f64.set(state, (this.#at.job + JOB_STATE) >> 3);
    if (tokenMask) i32.set(tokenMask, this.#at.mask >> 2);
    const first = this.#at.history >> 2;
    for (let i = 0; i < history.length; i++) {
      const id = history[i]!;
      if (!(Number.isInteger(id) && id >= 0 && id < this.vocabSize)) {
        refuse(`history[${i}]`, `token id in [0, ${this.vocabSize})`, id, false);
      }
      i32[first + i] = id;
    }
    if (logits) this.row.set(logits);
    if (this.#loaded !== plan) {
      this.#bytes.set(plan.bytes, this.#at.plan);
      this.#loaded = plan;
    }
    const job = this.#at.job >> 2;
    i32[job + (JOB_PLAN >> 2)] = this.#at.plan;
    i32[job + (JOB_HISTORY >> 2)] = this.#at.history;
    i32[job + (JOB_HISTORY_LENGTH >> 2)] = history.length;
    i32[job + (JOB_PROMPT_LENGTH >> 2)] = promptLength;
    writeWords(i32, job + (JOB_SEED_LOW >> 2), job + (JOB_SEED_HIGH >> 2), "seed", seed);
    writeWords(i32, job + (JOB_SEQUENCE_LOW >> 2), job + (JOB_SEQUENCE_HIGH >> 2), "sequenceId", sequenceId);
    i32[job + (JOB_POSITION >> 2)] = position;
    i32[job + (JOB_MASK >> 2)] = tokenMask ? this.#at.mask : 0;
    return plan;
  }
}

/** Splits a 64-bit number into two words. */
function writeWords(i32: Int32Array, low: number, high: number, name: string, value: number | bigint): void {
  if (typeof value === "bigint" ? value < 0n || value >= 1n << 64n : !Number.isSafeInteger(value) || value < 0) {
    refuse(name, "safe integer ≥ 0 or bigint in [0, 2^64)", value, false);
  }
  const big = BigInt(value);
  i32[low] = Number(big & 0xffffffffn) | 0;
  i32[high] = Number(big >> 32n) | 0;
}
