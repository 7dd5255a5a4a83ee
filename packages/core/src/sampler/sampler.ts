/** The single-thread sampler: one row at a time, in Node or in a browser. */
import { checkInteger, checkNumber, refuse, refuseBecause } from "@tokenmill/check";
import type { RowDtype, SparseRow } from "@tokenmill/contracts";
import { compileKernels, createMemory, instantiateKernels } from "../instantiate.ts";
import type { Kernels } from "../kernels.ts";
import { checkCompiledFor, type CompiledPlan, type CompileOptions, compileParams, isCompiled } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { readResult } from "../records/result.ts";
import { negativeInfinity } from "../records/row.ts";
import { createResult, SampleError, type SampleResult } from "../records/sampleResult.ts";
import { checkSparseRow, isSparseRow, writeSparse } from "../records/sparse.ts";
import { outcomeOf } from "../records/status.ts";
import { type RecordViews, viewsOf } from "../records/views.ts";
import { checkDraw, type CompleteDraw } from "./checkDraw.ts";
import { checkRow } from "./checkRow.ts";
import { CustomChain } from "./customChain.ts";
import { DrawWriter } from "./drawWriter.ts";
import { RecentPlans } from "./recentPlans.ts";
import { layOutSampler, type SamplerMemory } from "./samplerMemory.ts";
import { type CompleteOptions, completeOptions } from "./samplerOptions.ts";
import { SequenceDraws, type SequenceOptions, type SequenceSampler } from "./sequenceSampler.ts";
import type { Distribution, Draw, Sampler, SamplerOptions } from "./types.ts";

/**
 * Makes a sampler; the kernels compile once per process.
 * @throws TypeError, RangeError for unknown options and for values out of range.
 */
export async function createSampler(options: SamplerOptions): Promise<Sampler> {
  const complete = completeOptions(options);
  const module = complete.module ?? (await compileKernels(complete.variant));
  const probe = await instantiateKernels(module, createMemory(65536));
  const at = layOutSampler(complete, probe.workspace_bytes(complete.vocabSize) >>> 0);
  const memory = createMemory(at.totalBytes);
  return new SingleSampler(memory, await instantiateKernels(module, memory), at, complete);
}

/** Whose plan it is: of the sampler that compiled it. */
const owners = new WeakMap<CompiledPlan, Sampler>();

class SingleSampler implements Sampler {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly maxLogprobs: number;
  readonly maxLogprobTokenIds: number;
  readonly maxSamplingMask: number;
  readonly row: Float32Array | Uint16Array;
  readonly #maxHistory: number;
  readonly #customStages: readonly string[];
  readonly #customChain: CustomChain;
  readonly #kernels: Kernels;
  readonly #at: SamplerMemory;
  readonly #views: RecordViews;
  readonly #bytes: Uint8Array;
  readonly #draw: DrawWriter;
  readonly #recent: RecentPlans;
  #loaded: CompiledPlan | undefined;

  constructor(memory: WebAssembly.Memory, kernels: Kernels, at: SamplerMemory, options: CompleteOptions) {
    const { buffer } = memory;
    this.vocabSize = options.vocabSize;
    this.dtype = options.dtype;
    this.maxLogprobs = options.maxLogprobs;
    this.maxLogprobTokenIds = options.maxLogprobTokenIds;
    this.maxSamplingMask = options.maxSamplingMask;
    this.#maxHistory = options.maxHistory;
    this.#customStages = Object.keys(options.customStages);
    this.#kernels = kernels;
    this.#at = at;
    this.#views = viewsOf(memory);
    this.#bytes = new Uint8Array(buffer);
    this.#draw = new DrawWriter(this.#views, at, options);
    this.#recent = new RecentPlans((params) => this.compile(params));
    this.#customChain = new CustomChain({
      kernels,
      memory,
      vocabSize: this.vocabSize,
      paddedLength: at.paddedLength,
      scratch: at.custom,
      workspace: at.workspace,
      stages: options.customStages,
    });
    const ViewType = this.dtype === "f32" ? Float32Array : Uint16Array;
    new ViewType(buffer, at.row, at.paddedLength).fill(negativeInfinity[this.dtype]);
    this.row = new ViewType(buffer, at.row, this.vocabSize);
  }

  compile(params: SamplingParams): CompiledPlan {
    const plan = compileParams(params, this.#compileOptions);
    this.#checkSize(plan);
    owners.set(plan, this);
    return plan;
  }

  sample(
    logits: ArrayLike<number> | SparseRow | undefined,
    params: SamplingParams | CompiledPlan,
    draw: Draw = {},
  ): SampleResult {
    const plan = this.#prepare(logits, params, draw, false);
    this.#customChain.sample(this.#at.job);
    return this.#result(plan);
  }

  openSequence(params: SamplingParams | CompiledPlan, options: SequenceOptions = {}): SequenceSampler {
    const limits = { vocabSize: this.vocabSize, maxHistory: this.#maxHistory };
    return new SequenceDraws(this.#planOf(params), options, limits, (logits, plan, draw) => {
      this.#checkLogits(logits);
      this.#place(logits, plan, draw);
      this.#customChain.sample(this.#at.job);
      return this.#result(plan);
    });
  }

  distribution(
    logits: ArrayLike<number> | SparseRow | undefined,
    params: SamplingParams | CompiledPlan,
    draw: Draw & { stageCount?: number } = {},
  ): Distribution {
    const plan = this.#prepare(logits, params, draw, true);
    const { stageNames } = plan;
    const { stageCount = stageNames.length } = draw;
    checkInteger("stageCount", stageCount, { min: 0, max: stageNames.length });
    const { ids, probs, workspace } = this.#at;
    const rest = this.#customChain.run(this.#at.job, stageCount);
    if (rest === undefined) throw this.#failure();
    const n = this.#kernels.distribution_row(rest, stageCount, ids, probs, workspace);
    if (n < 0) throw this.#failure();
    return {
      tokenIds: this.#views.i32.slice(ids >>> 2, (ids >>> 2) + n),
      probs: this.#views.f64.slice(probs >>> 3, (probs >>> 3) + n),
    };
  }

  guide(conditional: ArrayLike<number>, unconditional: ArrayLike<number>, scale: number): void {
    if (this.dtype !== "f32") refuse("dtype", "f32 for guidance", this.dtype, false);
    const { vocabSize } = this;
    checkRow("conditional", conditional, vocabSize, this.dtype);
    checkRow("unconditional", unconditional, vocabSize, this.dtype);
    checkNumber("scale", scale, { min: 0, max: Number.MAX_VALUE });
    const { row, ids, paddedLength, workspace } = this.#at;
    // the ids of `distribution` are not in use: the second row stands in their place
    const second = new Float32Array(this.#bytes.buffer, ids, paddedLength);
    second.fill(negativeInfinity.f32, vocabSize);
    this.#fillRow(conditional);
    second.set(unconditional);
    const outcome = outcomeOf(this.#kernels.guide_row_f32(row, ids, vocabSize, scale, workspace));
    if (outcome === "ok") return;
    throw new SampleError(outcome, "guidance expected two rows with finite logits, without NaN and Infinity");
  }

  get #compileOptions(): Required<CompileOptions> {
    const { vocabSize, maxLogprobs, maxLogprobTokenIds, maxSamplingMask } = this;
    return { vocabSize, maxLogprobs, maxLogprobTokenIds, maxSamplingMask, customStages: this.#customStages };
  }

  /** The result record of a row of this plan. @throws SampleError if it tells of a failure. */
  #result({ params: { logprobs = 0, logprobTokenIds = [], samplingMask } }: CompiledPlan): SampleResult {
    // no longer than the plan asks for: typed arrays beyond 64 bytes are made slowly
    const sampled = createResult(logprobs, logprobTokenIds.length, samplingMask ? this.maxSamplingMask : 0);
    readResult(this.#views, this.#at.result, sampled);
    if (sampled.status !== "ok") throw this.#failure();
    return sampled;
  }

  /** The error in the result record. */
  #failure(): SampleError {
    const failed = createResult(0);
    readResult(this.#views, this.#at.result, failed);
    const code = failed.status === "ok" ? "all_tokens_masked" : failed.status;
    const cause = code === "stage_failed" ? { cause: this.#customChain.cause } : undefined;
    return new SampleError(code, this.#customChain.explain(code, failed.message), cause);
  }

  /** Puts row, plan, history and job in place; nothing is changed where something is refused. */
  #prepare(
    logits: ArrayLike<number> | SparseRow | undefined,
    params: SamplingParams | CompiledPlan,
    draw: Draw,
    isDistribution: boolean,
  ): CompiledPlan {
    const plan = params === this.#loaded ? this.#loaded : this.#planOf(params);
    this.#checkLogits(logits);
    const complete = checkDraw(draw, plan, { vocabSize: this.vocabSize, maxHistory: this.#maxHistory }, isDistribution);
    this.#place(logits, plan, complete);
    return plan;
  }

  #checkLogits(logits: ArrayLike<number> | SparseRow | undefined): void {
    if (logits === undefined) return;
    if (isSparseRow(logits)) checkSparseRow("logits", logits, this.row);
    else checkRow("logits", logits, this.vocabSize, this.dtype);
  }

  #place(logits: ArrayLike<number> | SparseRow | undefined, plan: CompiledPlan, draw: CompleteDraw): void {
    const isSparse = logits !== undefined && isSparseRow(logits);
    if (isSparse) writeSparse(this.#views, this.#at.sparse, logits);
    else if (logits) this.#fillRow(logits);
    if (this.#loaded !== plan) {
      this.#bytes.set(plan.bytes, this.#at.plan);
      this.#loaded = plan;
    }
    this.#draw.write(draw, isSparse ? this.#at.sparse : this.#at.row);
  }

  /** What stands in the kernels' memory already is not copied. */
  #fillRow(logits: ArrayLike<number>): void {
    const { row } = this;
    if (logits === row) return;
    const isView = ArrayBuffer.isView(logits) && logits.constructor === row.constructor;
    if (isView && logits.buffer === row.buffer && logits.byteOffset === row.byteOffset) return;
    row.set(logits);
  }

  /** @throws TypeError, RangeError for params out of range, and for a plan that was not compiled for this sampler. */
  #planOf(params: SamplingParams | CompiledPlan): CompiledPlan {
    if (typeof params !== "object" || params === null || !isCompiled(params)) {
      if (typeof params === "object" && params !== null && "bytes" in params) {
        refuse("params", "a plan that compile gave, or params", params, true);
      }
      return this.#recent.planOf(params);
    }
    const owner = owners.get(params);
    if (owner === this) return params;
    checkCompiledFor("params", params, this.#compileOptions);
    if (owner) refuseBecause("params", "expected a plan of this sampler, got a plan that another one compiled", false);
    this.#checkSize(params);
    return params;
  }

  #checkSize({ bytes }: CompiledPlan): void {
    const { planBytes } = this.#at;
    if (bytes.length > planBytes) {
      refuseBecause("params", `expected to pack into ${planBytes} bytes, got ${bytes.length}`, false);
    }
  }
}
