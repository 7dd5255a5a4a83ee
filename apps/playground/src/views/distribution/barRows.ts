/** An evaluated step as rows of a chart. */
import type { BarChartData } from "../../charts/barRow.ts";
import type { Draws, Evaluation, Step } from "../../maths/messages.ts";
import { visible } from "../../rows/visible.ts";

/** What of an evaluation is shown. */
export interface BarChoice {
  readonly chainIndex: number;
  /** Absent: the last. */
  readonly stepIndex?: number | undefined;
  readonly tokenText: (tokenId: number) => string;
  readonly draws?: Draws | undefined;
  /** Most bars. Absent: all. */
  readonly most?: number;
}

export function barRows(
  { tokens, vocabSize, chains }: Evaluation,
  { chainIndex, stepIndex, tokenText, draws, most = Infinity }: BarChoice,
): BarChartData | undefined {
  const chain = chains[chainIndex];
  if (!chain || "error" in chain) return undefined;
  const softmax = chain.steps[0];
  const step = chain.steps[Math.min(stepIndex ?? Infinity, chain.steps.length - 1)];
  if (!softmax || !step) return undefined;
  const counts = draws && countsOf(draws);
  const shown = tokens.slice(0, most);
  const hidden = vocabSize - shown.length;
  const restOf = ({ probs, restProb }: Step): number => probs.slice(shown.length).reduce((a, b) => a + b, restProb);
  return {
    rows: shown.map(({ tokenId, logit, rank }, i) => ({
      tokenId,
      label: visible(tokenText(tokenId)),
      prob: step.probs[i]!,
      isKept: step.isKept[i]!,
      softmax: softmax.probs[i]!,
      logit,
      rank,
      ...(counts && { count: counts.get(tokenId) ?? 0, expected: draws.expected.get(tokenId) ?? 0 }),
    })),
    ...(hidden > 0 && { rest: { count: hidden, prob: restOf(step), softmax: restOf(softmax) } }),
    draws: draws?.tokenIds.length ?? 0,
  };
}

export function countsOf({ tokenIds }: Draws): Map<number, number> {
  const counts = new Map<number, number>();
  for (const id of tokenIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
