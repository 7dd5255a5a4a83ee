/**
 * Log-probabilities of a prompt's tokens: token i is scored by the row that a sequence with the prompt's first i tokens
 * would begin with (position 0). A mask leaves only the token itself, so the kernels that score a draw score it.
 */
import type { PromptTokenLogprob, RowDtype, SampleResult, TokenLogprob } from "@tokenmill/core";
import { listedIn, negativeInfinity } from "@tokenmill/core/internal";
import type { History, HistoryView, Plan } from "@tokenmill/worker-pool";
import type { TokenTexts } from "../text/tokenTexts.ts";

export class PromptScoring {
  /** Raw log-probabilities, nothing else; released with the sequence, or when the prompt is scored. */
  readonly plan: Plan;
  /** One for each token that is scored; the first has nothing before it. */
  readonly entries: (PromptTokenLogprob | null)[] = [null];
  readonly #tokenIds: readonly number[];
  /** The token has probability 0: its row is drawn from without the mask, for the most probable ones. */
  #isImpossible = false;

  /** @param tokenIds of the prompt, two or more */
  constructor(plan: Plan, tokenIds: readonly number[]) {
    this.plan = plan;
    this.#tokenIds = tokenIds;
  }

  /** Tokens before the one that is scored next. */
  get length(): number {
    return this.entries.length;
  }

  get isDone(): boolean {
    return this.length === this.#tokenIds.length;
  }

  /** The part of the history that is before the token. */
  historyOf(history: History): HistoryView {
    return history.beginning(this.length);
  }

  /** Writes that only the token may come. False, and nothing is written: all may. */
  fillMask(mask: () => Int32Array): boolean {
    if (this.#isImpossible) return false;
    const words = mask();
    const tokenId = this.#tokenIds[this.length]!;
    words.fill(0);
    words[tokenId >> 5] = 1 << (tokenId & 31);
    return true;
  }

  /** Takes a row's result; false if the row failed. `row`: as the source wrote it, a 16-bit pattern for each f16 or bf16. */
  take(
    result: Readonly<SampleResult>,
    row: () => Float32Array | Uint16Array,
    dtype: RowDtype,
    texts: TokenTexts | undefined,
  ): boolean {
    if (result.status === "all_tokens_masked" && !this.#isImpossible) {
      this.#isImpossible = true;
      return true;
    }
    if (result.status !== "ok") return false;
    const tokenId = this.#tokenIds[this.length]!;
    const entry: PromptTokenLogprob = this.#isImpossible
      ? { tokenId, logprob: -Infinity, rank: impossibleRank(row(), negativeInfinity[dtype], tokenId) }
      : { tokenId, logprob: result.logprob, rank: result.rank };
    if (texts) entry.text = texts.alone(tokenId);
    const topLogprobs = topLogprobsOf(result, texts);
    if (topLogprobs) entry.topLogprobs = topLogprobs;
    this.entries.push(entry);
    this.#isImpossible = false;
    return true;
  }
}

/** The most probable tokens of a row, best first; undefined if none were asked for. */
export function topLogprobsOf(
  { topCount, topTokenIds, topLogprobs }: Readonly<SampleResult>,
  texts: TokenTexts | undefined,
): TokenLogprob[] | undefined {
  if (topCount === 0) return undefined;
  return Array.from({ length: topCount }, (_, i) => {
    const top = { tokenId: topTokenIds[i]!, logprob: topLogprobs[i]! };
    return texts ? { ...top, text: texts.alone(top.tokenId) } : top;
  });
}

/** All that are possible come first, then ties by lowest id. */
function impossibleRank(row: Float32Array | Uint16Array, impossible: number, tokenId: number): number {
  const listed = listedIn(row); // nothing else is possible, or the token would have been drawn
  let rank = 1 + tokenId;
  if (listed) {
    listed.tokenIds.forEach((id, i) => (rank += Number(id > tokenId && listed.logits[i] !== -Infinity)));
  } else for (let id = tokenId + 1; id < row.length; id++) if (row[id] !== impossible) rank++;
  return rank;
}
