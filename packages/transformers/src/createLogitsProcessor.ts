/**
 * A logits processor that draws each row's token itself and leaves it as the only finite logit, which `generate` then takes,
 * whatever way it searches by. It is synchronous, as processors are, and runs on the calling thread.
 */
import { checkOptions, refuse } from "@tokenmill/check";
import { checkSeed, type CompiledPlan, createSampler, randomSeed, type Sampler, seedBits } from "@tokenmill/core";
import { type GeneratedRow, RowSampler } from "./generatedRow.ts";
import { drawsOf, type RowDraws, type RowRequest } from "./rowRequest.ts";
import { checkMask, leadingZeros, type LogitsTensor, type MaskTensor } from "./tensors.ts";

export interface LogitsProcessorOptions {
  /** Length of the model's rows: `model.config.vocab_size`, 1 … 2^24. */
  vocabSize: number;
  /** One for each row of the batch, in order. */
  rows: readonly RowRequest[];
  /** The `attention_mask` that `generate` gets: its leading zeros are padding, no part of a prompt. Absent: no row is padded. */
  attentionMask?: MaskTensor;
  /** Of rows without a seed. Absent: a random one; `processor.seed` tells it. */
  seed?: number | bigint;
  /** Largest `logprobs`, 0 … 2^24. Absent: 20. */
  maxLogprobs?: number;
  /** Most ids in `logprobTokenIds`, 0 … 4096. Absent: 128. */
  maxLogprobTokenIds?: number;
  /** Most tokens of a `samplingMask`, 0 … 2^24. Absent: 2048. */
  maxSamplingMask?: number;
}

/**
 * Goes into `generate({ logits_processor: [processor], do_sample: false })`, or by `push` into a `LogitsProcessorList`, and
 * serves that one call. Other processors come before it.
 */
export interface LogitsProcessor {
  (inputIds: bigint[][], logits: LogitsTensor): LogitsTensor;
  /** The same, by the name that transformers.js has for it. */
  _call(inputIds: bigint[][], logits: LogitsTensor): LogitsTensor;
  /** What each row has generated so far. */
  readonly rows: readonly GeneratedRow[];
  readonly seed: number | bigint;
}

const optionNames: readonly (keyof LogitsProcessorOptions)[] = [
  "vocabSize",
  "rows",
  "attentionMask",
  "seed",
  "maxLogprobs",
  "maxLogprobTokenIds",
  "maxSamplingMask",
];

/** @throws TypeError, RangeError naming the option */
export async function createLogitsProcessor(options: LogitsProcessorOptions): Promise<LogitsProcessor> {
  checkOptions("options", options, optionNames, "processor option");
  const { vocabSize, rows, attentionMask, maxLogprobs, maxLogprobTokenIds, maxSamplingMask } = options;
  if (!Array.isArray(rows)) refuse("rows", "array of requests, one a row", rows, true);
  checkSeed("seed", options.seed);
  const seed = seedBits(options.seed) ?? randomSeed();
  const sampler = await createSampler({
    vocabSize,
    ...(maxLogprobs !== undefined && { maxLogprobs }),
    ...(maxLogprobTokenIds !== undefined && { maxLogprobTokenIds }),
    ...(maxSamplingMask !== undefined && { maxSamplingMask }),
  });
  const padding = attentionMask ? paddingOf(attentionMask, rows.length) : rows.map(() => 0);
  const planned = rows.map((request, i) => {
    const draws = drawsOf(`rows[${i}]`, request, i, seed);
    return { draws, plan: sampler.compile(draws.params), padding: padding[i]! };
  });
  const batch = new BatchSampler(sampler, planned);
  const call = (inputIds: bigint[][], logits: LogitsTensor): LogitsTensor => batch.draw(inputIds, logits);
  return Object.assign(call, { _call: call, rows: batch.rows, seed });
}

function paddingOf(attentionMask: MaskTensor, rowCount: number): number[] {
  checkMask("attentionMask", attentionMask);
  const padding = leadingZeros(attentionMask);
  if (padding.length !== rowCount)
    refuse("attentionMask", `${rowCount} rows, as there are requests`, padding.length, false);
  return padding;
}

interface PlannedRow {
  readonly draws: RowDraws;
  readonly plan: CompiledPlan;
  readonly padding: number;
}

class BatchSampler {
  /** Filled by the first call, which tells the prompts. */
  readonly rows: RowSampler[] = [];
  readonly #sampler: Sampler;
  readonly #planned: readonly PlannedRow[];

  constructor(sampler: Sampler, planned: readonly PlannedRow[]) {
    this.#sampler = sampler;
    this.#planned = planned;
  }

  draw(inputIds: bigint[][], logits: LogitsTensor): LogitsTensor {
    const { vocabSize } = this.#sampler;
    const data = this.#dataOf(inputIds, logits);
    if (this.rows.length === 0) this.#open(inputIds);
    for (const [i, row] of this.rows.entries())
      row.draw(inputIds[i]!, data.subarray(i * vocabSize, (i + 1) * vocabSize));
    return logits;
  }

  #open(inputIds: bigint[][]): void {
    const opened = this.#planned.map(({ draws, plan, padding }, i) => {
      const { seed, sequenceId } = draws;
      const promptTokenIds = Array.from(inputIds[i]!.slice(padding), Number);
      return new RowSampler(this.#sampler.openSequence(plan, { seed, sequenceId, promptTokenIds }), padding);
    });
    this.rows.push(...opened); // all of them, or none
  }

  #dataOf(inputIds: bigint[][], { dims, data }: LogitsTensor): Float32Array {
    const rowCount = this.#planned.length;
    const { vocabSize } = this.#sampler;
    if (inputIds.length !== rowCount)
      refuse("rows", `${inputIds.length} requests, as the batch has rows`, rowCount, false);
    if (dims.at(-1) !== vocabSize)
      refuse("vocabSize", `${dims.at(-1)}, as the model's rows are long`, vocabSize, false);
    if (data instanceof Float32Array && data.length === rowCount * vocabSize) return data;
    return refuse("logits", `a Float32Array of ${rowCount} × ${vocabSize}`, data, true);
  }
}
