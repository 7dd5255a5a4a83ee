/**
 * Log-probabilities of a prompt's tokens: token i is scored by the row that a sequence with the prompt's first i tokens
 * would begin with (position 0).
 */
import type { PromptTokenLogprob, SampleResult } from "@tokenmill/core";
import type { History, HistoryView, Plan } from "@tokenmill/worker-pool";
import { KnownToken, type WrittenRow } from "../control/knownToken.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import { topLogprobsOf } from "./tokenLogprobs.ts";

export class PromptScoring {
  /** Raw log-probabilities, nothing else; released with the sequence, or when the prompt is scored. */
  readonly plan: Plan;
  /** One for each token that is scored; the first has nothing before it. */
  readonly entries: (PromptTokenLogprob | null)[] = [null];
  readonly #tokenIds: readonly number[];
  readonly #known = new KnownToken();

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
    return this.#known.fillMask(this.#tokenIds[this.length]!, mask);
  }

  /** Takes a row's result; false if the row failed. */
  take(result: SampleResult, row: WrittenRow, texts: TokenTexts | undefined): boolean {
    const tokenId = this.#tokenIds[this.length]!;
    const outcome = this.#known.take(tokenId, result, row);
    if (outcome !== "scored") return outcome === "again";
    const entry: PromptTokenLogprob = { tokenId, logprob: result.logprob, rank: result.rank };
    if (texts) entry.text = texts.alone(tokenId);
    const topLogprobs = topLogprobsOf(result, texts);
    if (topLogprobs) entry.topLogprobs = topLogprobs;
    this.entries.push(entry);
    return true;
  }
}
