/** Best of several siblings by mean log-probability. */
import { checkOptions, refuse } from "@tokenmill/check";
import type { GenerateRequest } from "@tokenmill/core";
import { Observable } from "rxjs";
import { checkChildCount } from "./childRequests.ts";
import type { Completion } from "./completion.ts";
import type { ChildEvent } from "./generateMany.ts";

export interface BestOfOptions {
  /** Siblings to generate, 1 … 4096. */
  candidates: number;
  /** How many of them to return, best first; at most `candidates`. Absent: 1. */
  n?: number;
}

/** @throws TypeError, RangeError */
export function checkBestOf(options: BestOfOptions, request: GenerateRequest): void {
  const { candidates, n = 1 } = checkOptions("options", options, ["candidates", "n"], "best-of option");
  for (const name of ["logprobs", "logprobTokenIds", "samplingMask", "promptLogprobs"] as const) {
    if (request[name] !== undefined)
      refuse(name, "nothing in best of n, which gives whole outputs", request[name], true);
  }
  checkChildCount("candidates", candidates);
  if (!Number.isInteger(n) || n < 1 || n > candidates) {
    refuse("n", `integer in [1, ${candidates}] (candidates)`, n, typeof n !== "number");
  }
}

/**
 * Waits for all siblings, then emits the n best; equals by child index. `events` have a `logprob` each. Siblings that fail
 * are left out; with none left the first failure is the outcome.
 */
export function bestOf(events: Observable<ChildEvent>, { candidates, n = 1 }: BestOfOptions): Observable<Completion> {
  return new Observable((subscriber) => {
    const children = Array.from({ length: candidates }, (): Partial<Completion> & { sum: number; ids: number[] } => ({
      sum: 0,
      ids: [],
      text: "",
    }));
    const finish = (error?: unknown): void => {
      const completions = children.flatMap(({ sum, ids, text, finishReason, stopReason, stopText }): Completion[] => {
        if (!finishReason) return [];
        const reason = {
          ...(stopReason !== undefined && { stopReason }),
          ...(stopText !== undefined && { stopText }),
        };
        return [{ tokenIds: ids, text: text ?? "", finishReason, ...reason, score: sum / ids.length }];
      });
      if (completions.length === 0) {
        subscriber.error(error);
        return;
      }
      completions.sort((a, b) => b.score - a.score);
      for (const completion of completions.slice(0, n)) subscriber.next(completion);
      subscriber.complete();
    };
    return events.subscribe({
      next({ childIndex, tokenId, text, logprob, finishReason, stopReason, stopText }) {
        const child = children[childIndex]!;
        child.ids.push(tokenId);
        child.text += text;
        child.sum += logprob!;
        if (finishReason !== undefined) child.finishReason = finishReason;
        if (stopReason !== undefined) child.stopReason = stopReason;
        if (stopText !== undefined) child.stopText = stopText;
      },
      error: finish,
      complete: () => finish(),
    });
  });
}
