/**
 * What `tokenmill explain` found out, as `--json` prints it; tables and figures are drawn from this alone. Probabilities
 * are 0 … 1. Arrays named `probs`, `counts`, `expected` and `softmax` run parallel to `tokens`.
 */

/** A token of the row. */
interface ExplainedToken {
  /** Its text; bytes that are not UTF-8 as `\xE2`. */
  readonly token: string;
  /** Its place in the row, as `--logit-bias` and the id lists take it. */
  readonly tokenId: number;
  /** As given, before the kernels' f32. */
  readonly logit: number;
}

/** A distribution over the shown tokens. */
export interface ShownProbs {
  readonly probs: readonly number[];
  /** Sum over the tokens that are not shown; absent if all are. */
  readonly restProb?: number;
}

interface TemperatureStep extends ShownProbs {
  readonly temperature: number;
}

interface TopKStep extends ShownProbs {
  readonly topK: number;
}

interface TopPStep extends ShownProbs {
  readonly topP: number;
}

/** The distribution after one more stage of the user's chain. */
export interface ChainStep extends ShownProbs {
  /** `softmax` for the row as it came, `grammar` for what the form of the output leaves of it, then the stages' names. */
  readonly stage: string;
  /** Tokens that can still be drawn, shown or not. */
  readonly keptCount: number;
  /** What they had of the probability before this stage; 1 for the first. */
  readonly keptMass: number;
  /** −Σ p ln p, in nats. */
  readonly entropy: number;
}

export interface DrawCounts {
  /** Draws made, at positions 0 … count − 1. */
  readonly count: number;
  /** A decimal string where it is beyond the safe integers. */
  readonly seed: number | string;
  readonly counts: readonly number[];
  /** Count times probability. */
  readonly expected: readonly number[];
  /** Of all tokens that are not shown; absent if all are. */
  readonly rest?: { readonly count: number; readonly expected: number };
  /** Of a G-test of all tokens, those with fewer than five expected draws as one. */
  readonly pValue: number;
  readonly statistic: number;
  readonly degreesOfFreedom: number;
}

export interface Explanation {
  /** The text before the row. */
  readonly prompt?: string;
  readonly tokens: readonly ExplainedToken[];
  /** The tokens of the row that are not shown, if any. */
  readonly rest?: { readonly count: number; readonly prob: number };
  readonly softmax: readonly number[];
  readonly temperature: readonly TemperatureStep[];
  readonly topK: readonly TopKStep[];
  readonly topP: readonly TopPStep[];
  /** The chain of the user's settings, if there are any. */
  readonly chain?: readonly ChainStep[];
  /** Of the user's settings, those without effect; absent if all have one. */
  readonly unusedParams?: readonly string[];
  readonly draws: DrawCounts;
}
