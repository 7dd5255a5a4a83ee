/**
 * Beam search: the `beamWidth` most probable prefixes go on, token by token; those that end are scored by
 * log-probability / length^lengthPenalty (Wu et al. 2016, arXiv 1609.08144, without the constant 5; HF `BeamSearchScorer`).
 * Deterministic: equals go by order of the beams, then by rank of the token.
 */
import type { TokenLogprob } from "@tokenmill/core";
import { checkBoolean, checkNumber, checkOptions, refuse } from "@tokenmill/check";
import { checkChildCount } from "./childRequests.ts";
import { power } from "./power.ts";

export interface BeamSearchOptions {
  /** Prefixes that go on, 1 … 1024; beamWidth and stop ids together at most the pool's `maxLogprobs`. */
  beamWidth: number;
  /** Exponent of the length, in [−10, 10]: above 0 favours long outputs, below 0 short ones. Absent: 1. */
  lengthPenalty?: number;
  /** Stop when `beamWidth` outputs have ended. False: when no prefix can become better than these. Absent: false. */
  earlyStopping?: boolean;
  /** How many outputs to return, best first; at most `beamWidth`. Absent: 1. */
  n?: number;
}

/** An output: finished by a stop token, or cut off at the largest length. */
export interface Hypothesis {
  readonly tokenIds: readonly number[];
  readonly logprob: number;
  readonly score: number;
  readonly hasStopped: boolean;
}

export interface BeamSearchLimits {
  readonly maxTokens: number;
  readonly stopTokenIds: readonly number[];
}

/** The most probable next tokens after some output tokens, best first: beamWidth + number of stop ids of them. */
export type ExpandPrefix = (tokenIds: readonly number[]) => Promise<readonly TokenLogprob[]>;

interface Beam {
  readonly tokenIds: readonly number[];
  readonly logprob: number;
}

/** @throws TypeError, RangeError */
export function checkBeamSearch(options: BeamSearchOptions): void {
  checkOptions("options", options, ["beamWidth", "lengthPenalty", "earlyStopping", "n"], "beam search option");
  const { beamWidth, lengthPenalty = 1, earlyStopping = false, n = 1 } = options;
  checkChildCount("beamWidth", beamWidth, 1024);
  checkNumber("lengthPenalty", lengthPenalty, { min: -10, max: 10 });
  checkBoolean("earlyStopping", earlyStopping);
  if (!Number.isInteger(n) || n < 1 || n > beamWidth) {
    refuse("n", `integer in [1, ${beamWidth}] (beamWidth)`, n, typeof n !== "number");
  }
}

/** The n best outputs, best first. @throws the signal's reason, before the step after it was aborted */
export async function searchBeams(
  expand: ExpandPrefix,
  { beamWidth, lengthPenalty = 1, earlyStopping = false, n = 1 }: BeamSearchOptions,
  { maxTokens, stopTokenIds }: BeamSearchLimits,
  signal?: AbortSignal,
): Promise<readonly Hypothesis[]> {
  let beams: Beam[] = [{ tokenIds: [], logprob: 0 }];
  let ended: Hypothesis[] = [];
  const end = ({ tokenIds, logprob }: Beam, hasStopped: boolean): void => {
    ended.push({ tokenIds, logprob, score: logprob / power(tokenIds.length, lengthPenalty), hasStopped });
    ended = ended.sort((a, b) => b.score - a.score).slice(0, beamWidth);
  };
  for (let length = 1; length <= maxTokens && beams.length > 0; length++) {
    signal?.throwIfAborted();
    const rows = await Promise.all(beams.map(({ tokenIds }) => expand(tokenIds)));
    const candidates = rows.flatMap((row, i) => {
      const { tokenIds, logprob } = beams[i]!;
      return row.map((next) => ({ tokenIds: [...tokenIds, next.tokenId], logprob: logprob + next.logprob }));
    });
    candidates.sort((a, b) => b.logprob - a.logprob);
    beams = [];
    for (const [rank, candidate] of candidates.entries()) {
      if (!stopTokenIds.includes(candidate.tokenIds.at(-1)!)) beams.push(candidate);
      else if (rank < beamWidth) end(candidate, true);
      if (beams.length === beamWidth) break;
    }
    if (length === maxTokens) for (const beam of beams) end(beam, false);
    if (ended.length < beamWidth) continue;
    if (earlyStopping || ended.at(-1)!.score >= bestPossible(beams[0], length, maxTokens, lengthPenalty)) break;
  }
  return ended.slice(0, n);
}

/** No output that begins with the best prefix can have a higher score: log-probabilities only fall. */
function bestPossible(best: Beam | undefined, length: number, maxTokens: number, lengthPenalty: number): number {
  if (!best) return -Infinity;
  return best.logprob / power(lengthPenalty > 0 ? maxTokens : Math.min(length + 1, maxTokens), lengthPenalty);
}
