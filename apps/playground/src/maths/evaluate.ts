/** The numbers of the page. Every probability and every draw comes from the sampler's kernels. */
import { messageOf } from "@tokenmill/check";
import type { Distribution, Sampler } from "@tokenmill/core";
import { drawTokens, expectedCounts, type WalkStep, walkChain } from "@tokenmill/explain";
import type { Settings } from "../params/settings.ts";
import type { Before } from "../rows/row.ts";
import type { Chain, Draws, Evaluation, ShownToken, Step } from "./messages.ts";

/** Of a chain's last step, that many of the most probable tokens are shown even if the row ranks them low. */
const promoted = 8;

/** Evaluates chains on what stands in the sampler's row. */
export class Evaluator {
  readonly #sampler: Sampler;
  readonly #softmax: Distribution;
  readonly #ranks: Int32Array;

  /** @throws SampleError for a row that cannot be sampled. */
  constructor(sampler: Sampler) {
    this.#sampler = sampler;
    this.#softmax = sampler.distribution(undefined, {});
    this.#ranks = new Int32Array(sampler.vocabSize);
    this.#softmax.tokenIds.forEach((tokenId, i) => {
      this.#ranks[tokenId] = i + 1;
    });
  }

  evaluate(settings: readonly Settings[], before: Before, top: number): Evaluation {
    const startMs = performance.now();
    const { vocabSize, row } = this.#sampler;
    const runs = settings.map((each) => this.#run(each, before));
    const ids =
      vocabSize <= top
        ? Array.from({ length: vocabSize }, (_, id) => id)
        : [...this.#softmax.tokenIds.subarray(0, top)];
    const places = new Map(ids.map((id, place) => [id, place]));
    for (const run of runs) {
      if ("error" in run) continue;
      for (const id of run.at(-1)?.distribution.tokenIds.subarray(0, promoted) ?? []) {
        if (!places.has(id)) places.set(id, ids.push(id) - 1);
      }
    }
    const tokens = ids.map((tokenId): ShownToken => ({ tokenId, logit: row[tokenId]!, rank: this.#ranks[tokenId]! }));
    const chains = runs.map(
      (run): Chain => ("error" in run ? run : { steps: run.map((step) => shownStep(step, places)) }),
    );
    return { tokens, vocabSize, chains, elapsedMs: performance.now() - startMs };
  }

  draw(settings: Settings, before: Before, count: number): Draws {
    const plan = this.#sampler.compile(settings);
    const expected = expectedCounts(this.#sampler, plan, count, before);
    return {
      tokenIds: drawTokens(this.#sampler, plan, count, before),
      expected: new Map([...expected.entries()].filter(([, draws]) => draws > 0)),
    };
  }

  #run(settings: Settings, before: Before): WalkStep[] | { error: string } {
    try {
      return walkChain(this.#sampler, this.#sampler.compile(settings), before, this.#softmax);
    } catch (error) {
      return { error: messageOf(error) };
    }
  }
}

function shownStep({ distribution, ...step }: WalkStep, places: ReadonlyMap<number, number>): Step {
  const { tokenIds, probs } = distribution;
  const shown = new Array<number>(places.size).fill(0);
  const isKept = new Array<boolean>(places.size).fill(false);
  let restProb = 0;
  for (let i = 0; i < tokenIds.length; i++) {
    const place = places.get(tokenIds[i]!);
    if (place === undefined) {
      restProb += probs[i]!;
      continue;
    }
    shown[place] = probs[i]!;
    isKept[place] = true;
  }
  return { ...step, keptCount: tokenIds.length, probs: shown, isKept, restProb };
}
