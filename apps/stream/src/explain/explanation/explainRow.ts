/** Computes an explanation. Every probability and every draw comes from the sampler's kernels. */
import {
  createSampler,
  type CompiledPlan,
  type CustomStage,
  type Distribution,
  type Sampler,
  type SamplingParams,
  drawSeed,
} from "@tokenmill/core";
import { checkInteger } from "@tokenmill/check";
import { type Before, type CountedDraws, countDraws, walkChain } from "@tokenmill/explain";
import { walkTemperatures, walkTopKs, walkTopPs } from "../rows/article.ts";
import type { ChainStep, DrawCounts, Explanation, ShownProbs } from "./explanation.ts";
import type { ExplainRow } from "../rows/row.ts";

export interface ExplainOptions {
  /** The user's settings. Absent or only a seed: there is no chain, and the draws are from the softmax. */
  params?: SamplingParams;
  /** Stages of the user's own, by name. Absent: none. */
  customStages?: Readonly<Record<string, CustomStage>>;
  /** Draws to make, 1 … 10^7. Absent: 10,000. */
  draws?: number;
  /** Tokens to show; of a longer row the largest logits, best first. 1 … 1000. Absent: 12. */
  top?: number;
}

/**
 * Walks one row through softmax, temperatures, top-k, top-p, the user's chain, and draws.
 * @throws TypeError, RangeError for bad options and params; SampleError for a row that cannot be sampled.
 */
export async function explainRow(row: ExplainRow, options: ExplainOptions = {}): Promise<Explanation> {
  const { params = {}, customStages = {}, draws = 10_000, top = 12 } = options;
  checkInteger("draws", draws, { min: 1, max: 1e7 });
  checkInteger("top", top, { min: 1, max: 1000 });
  const vocabSize = row.logits.length;
  const sampler = await createSampler({ vocabSize, maxLogprobs: 0, customStages });
  // One for all draws, also if it is a random one.
  const seed = drawSeed(params.seed);
  const plan = sampler.compile({ ...params, seed });
  sampler.row.set(row.logits);
  const { history, promptLength, tokenMask } = row;
  const before: Before = { history, promptLength, ...(tokenMask && { tokenMask }) };
  const distribution = (step: SamplingParams): Distribution =>
    sampler.distribution(undefined, step, { history, promptLength });

  const softmax = distribution({});
  const tokenIds =
    vocabSize <= top ? Int32Array.from(row.logits, (_, id) => id) : firstTokens(softmax.tokenIds, top, tokenMask);
  const shown = new ShownTokens(tokenIds, vocabSize);
  const { probs, restProb } = shown.of(softmax);
  const counted = countDraws(sampler, plan, draws, before);
  return {
    ...(row.prompt === undefined ? {} : { prompt: row.prompt }),
    tokens: Array.from(tokenIds, (tokenId) => ({
      token: row.tokenText(tokenId),
      tokenId,
      logit: row.logits[tokenId]!,
    })),
    ...(restProb === undefined ? {} : { rest: { count: vocabSize - tokenIds.length, prob: restProb } }),
    softmax: probs,
    temperature: walkTemperatures.map((temperature) => ({ temperature, ...shown.of(distribution({ temperature })) })),
    topK: walkTopKs(vocabSize).map((topK) => ({ topK, ...shown.of(distribution({ topK })) })),
    topP: walkTopPs.map((topP) => ({ topP, ...shown.of(distribution({ topP })) })),
    ...(tokenMask || Object.keys(params).some((name) => name !== "seed")
      ? { chain: chainSteps(sampler, plan, before, softmax, shown) }
      : {}),
    ...(plan.unusedParams.length > 0 && { unusedParams: plan.unusedParams }),
    draws: shownDraws(draws, seed, counted, tokenIds),
  };
}

/** The first; where some are forbidden, at least half are of the others, as far as there are so many. */
function firstTokens(tokenIds: Int32Array, count: number, mask: Int32Array | undefined): Int32Array {
  if (!mask) return tokenIds.subarray(0, count);
  const isAllowed = (id: number): boolean => ((mask[id >> 5]! >>> (id & 31)) & 1) === 1;
  const shown = new Set<number>();
  for (const id of tokenIds) if (isAllowed(id) && shown.size < count / 2) shown.add(id);
  for (const id of tokenIds) if (shown.size < count) shown.add(id);
  return tokenIds.filter((id) => shown.has(id));
}

/** Picks the shown tokens out of distributions. */
class ShownTokens {
  readonly #places: ReadonlyMap<number, number>;
  readonly #hasRest: boolean;

  constructor(tokenIds: Int32Array, vocabSize: number) {
    this.#places = new Map(Array.from(tokenIds, (tokenId, place) => [tokenId, place]));
    this.#hasRest = tokenIds.length < vocabSize;
  }

  of({ tokenIds, probs }: Distribution): ShownProbs {
    const shown = new Array<number>(this.#places.size).fill(0);
    let restProb = 0;
    tokenIds.forEach((tokenId, i) => {
      const place = this.#places.get(tokenId);
      if (place === undefined) restProb += probs[i]!;
      else shown[place] = probs[i]!;
    });
    return this.#hasRest ? { probs: shown, restProb } : { probs: shown };
  }
}

function chainSteps(
  sampler: Sampler,
  plan: CompiledPlan,
  before: Before,
  softmax: Distribution,
  shown: ShownTokens,
): ChainStep[] {
  return walkChain(sampler, plan, before, softmax).map(({ stage, distribution, keptMass, entropy }) => ({
    stage,
    keptCount: distribution.tokenIds.length,
    keptMass,
    entropy,
    ...shown.of(distribution),
  }));
}

function shownDraws(
  count: number,
  seed: number | bigint,
  { counts, expected, test }: CountedDraws,
  tokenIds: Int32Array,
): DrawCounts {
  const isShown = new Set(tokenIds);
  const restOf = (values: Float64Array): number => values.reduce((sum, x, id) => (isShown.has(id) ? sum : sum + x), 0);
  const rest = { count: restOf(counts), expected: restOf(expected) };
  return {
    count,
    seed: Number.isSafeInteger(Number(seed)) ? Number(seed) : String(seed),
    counts: Array.from(tokenIds, (id) => counts[id]!),
    expected: Array.from(tokenIds, (id) => expected[id]!),
    ...(tokenIds.length < counts.length ? { rest } : {}),
    ...test,
  };
}
