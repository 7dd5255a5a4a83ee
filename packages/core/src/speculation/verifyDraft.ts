/**
 * Speculative verification (Leviathan, Kalman, Matias 2023, arXiv 2211.17192; Chen et al. 2023, arXiv 2302.01318): a draft
 * model proposes tokens, the target model's rows decide how many stand. What comes out follows the target's law exactly,
 * whatever the draft: a token x is accepted with probability min(1, p(x)/q(x)); in place of the first rejected one a token
 * is drawn from the normalised max(0, p − q); if all are accepted one more comes for free. p is what the whole chain makes
 * of the target's row.
 */
import { DOMAIN_SPECULATIVE_ACCEPTANCE, DOMAIN_SPECULATIVE_RESAMPLING } from "../layout.ts";
import { checkInteger, checkList, checkOptions, checkTokenIds, refuse } from "@tokenmill/check";
import { type CompiledPlan, isCompiled } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { isSamplerName, samplers } from "../samplers/table.ts";
import { type RandomStream, uniformOf } from "../random/philox.ts";
import { checkSeed, drawSeed } from "../random/seed.ts";
import { knownOfDraws } from "../sampler/checkDraw.ts";
import type { Distribution, Draw, Sampler } from "../sampler/types.ts";

/** What a draft model proposed for one sequence, and what the target model says of it. */
export interface DraftVerification {
  /** Proposed token ids, k of them. */
  draftTokenIds: ArrayLike<number>;
  /** For each proposed token the probabilities that it was drawn from, `vocabSize` of them, in [0, 1]. Greedy needs none. */
  draftProbs?: readonly ArrayLike<number>[];
  /** k + 1 rows of the target: row i for the history with i proposed tokens behind it. */
  targetLogits: readonly ArrayLike<number>[];
}

/** What is left of a draft. */
export interface VerifiedDraft {
  /** How many of the proposed tokens stand. */
  acceptedCount: number;
  /** The token after them: the corrected one, or the one for free if all stand. */
  tokenId: number;
  /** The accepted tokens and `tokenId`: what the sequence goes on with. */
  tokenIds: number[];
}

const known = ["draftTokenIds", "draftProbs", "targetLogits"] as const satisfies (keyof DraftVerification)[];

/** A draft's probabilities are taken as summing to 1 within that. */
const sumTolerance = 1e-3;

/**
 * Verifies a draft. `draw`: history, position and stream of the first proposed token; each token after it has its own
 * position. With temperature 0 or topK 1 (one token left) a proposed token stands if it is that token, so that the
 * outcome is what plain decoding gives, token for token.
 * Stages with a state of their own (mirostat, adaptive-p) are refused.
 * @throws SampleError for a target row that cannot be sampled; TypeError, RangeError for bad arguments, a draft token of
 * draft probability 0 among them.
 */
export function verifyDraft(
  sampler: Sampler,
  draft: DraftVerification,
  params: SamplingParams | CompiledPlan,
  draw: Draw = {},
): VerifiedDraft {
  if (typeof sampler !== "object" || sampler === null) refuse("sampler", "a sampler", sampler, true);
  const { draftTokenIds, draftProbs, targetLogits } = checkOptions("draft", draft, known, "draft option");
  const count = checkTokenIds("draftTokenIds", draftTokenIds, sampler.vocabSize).length;
  checkList("targetLogits", targetLogits, count + 1, "one more than draft tokens");
  if (draftProbs !== undefined) checkList("draftProbs", draftProbs, count, "one for each draft token");
  checkOptions("draw", draw, knownOfDraws, "draw option");
  const { position = 0, sequenceId = 0, history = [] } = draw;
  checkInteger("position", position, { min: 0, max: 2 ** 31 - 1 - count });
  checkTokenIds("history", history, sampler.vocabSize);
  const plan = typeof params === "object" && params !== null && isCompiled(params) ? params : sampler.compile(params);
  if (plan.initialState) {
    const names = plan.stageNames.filter((name) => isSamplerName(name) && samplers[name].state).join(", ");
    throw new TypeError(`"params" expected stages without a state from token to token, got ${names}`);
  }
  for (let i = 0; i < count; i++) checkDraftToken(i, draftTokenIds[i]!, draftProbs?.[i], sampler.vocabSize);
  checkSeed("seed", draw.seed);
  // One for all positions, also if it is a random one.
  const seed = drawSeed(draw.seed ?? plan.params.seed);
  const tokenIds: number[] = [];
  for (let i = 0; ; i++) {
    const here: Draw = { ...draw, seed, position: position + i, history: [...Array.from(history), ...tokenIds] };
    if (i === count) {
      const { tokenId } = sampler.sample(targetLogits[i], plan, here);
      return { acceptedCount: i, tokenId, tokenIds: [...tokenIds, tokenId] };
    }
    const target = sampler.distribution(targetLogits[i], plan, here);
    const stream: RandomStream = { seed, sequenceId, position: position + i };
    const draftTokenId = draftTokenIds[i]!;
    const replacement = verifyToken(target, draftTokenId, draftProbs?.[i], stream);
    if (replacement !== undefined) {
      return { acceptedCount: i, tokenId: replacement, tokenIds: [...tokenIds, replacement] };
    }
    tokenIds.push(draftTokenId);
  }
}

/** Undefined if the proposed token stands, else the token that takes its place. */
function verifyToken(
  { tokenIds, probs }: Distribution,
  draftTokenId: number,
  draftProbs: ArrayLike<number> | undefined,
  stream: RandomStream,
): number | undefined {
  if (tokenIds.length === 1) return tokenIds[0] === draftTokenId ? undefined : tokenIds[0];
  if (!draftProbs) {
    return refuse("draftProbs", "a row for each draft token unless decoding is greedy", undefined, true);
  }
  const rank = tokenIds.indexOf(draftTokenId);
  const targetProb = rank < 0 ? 0 : probs[rank]!;
  if (uniformOf(stream, DOMAIN_SPECULATIVE_ACCEPTANCE) * draftProbs[draftTokenId]! < targetProb) return undefined;
  return drawResidual(tokenIds, probs, draftProbs, uniformOf(stream, DOMAIN_SPECULATIVE_RESAMPLING));
}

/** A token of max(0, p − q), normalised. If rounding left nothing of it (p = q), one of p. */
function drawResidual(
  tokenIds: Int32Array,
  probs: Float64Array,
  draftProbs: ArrayLike<number>,
  uniform: number,
): number {
  let weights: Float64Array = probs.map((p, i) => Math.max(0, p - draftProbs[tokenIds[i]!]!));
  let total = weights.reduce((sum, w) => sum + w, 0);
  if (!(total > 0)) {
    weights = probs;
    total = probs.reduce((sum, p) => sum + p, 0);
  }
  const target = uniform * total;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! > 0)) continue;
    last = i;
    sum += weights[i]!;
    if (sum > target) break;
  }
  return tokenIds[last]!;
}

function checkDraftToken(
  index: number,
  tokenId: number,
  probs: ArrayLike<number> | undefined,
  vocabSize: number,
): void {
  if (!probs) return;
  const name = `draftProbs[${index}]`;
  checkList(name, probs, vocabSize, "vocabSize");
  let sum = 0;
  for (let id = 0; id < vocabSize; id++) {
    const p = probs[id]!;
    if (!(p >= 0 && p <= 1 + sumTolerance)) refuse(`${name}[${id}]`, "number in [0, 1]", p, typeof p !== "number");
    sum += p;
  }
  if (Math.abs(sum - 1) > sumTolerance) refuse(name, `probabilities that add up to 1 ± ${sumTolerance}`, sum, false);
  if (probs[tokenId] === 0) {
    refuse(`${name}[${tokenId}]`, "number above 0, as the draft drew that token", 0, false);
  }
}
