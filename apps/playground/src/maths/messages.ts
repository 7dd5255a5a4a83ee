/** What the page and the worker that owns the sampler say to each other. */
import type { Settings } from "../params/settings.ts";
import type { Before } from "../rows/row.ts";

export interface EvaluateRequest {
  readonly type: "evaluate";
  readonly settings: readonly Settings[];
  readonly before: Before;
  /** Tokens to show of a longer row. */
  readonly top: number;
}

export interface DrawRequest {
  readonly type: "draw";
  readonly settings: Settings;
  readonly before: Before;
  /** At positions 0 … count − 1. */
  readonly count: number;
}

export type MathsRequest = { readonly type: "row"; readonly logits: Float32Array } | EvaluateRequest | DrawRequest;

/** A token that is shown. */
export interface ShownToken {
  readonly tokenId: number;
  readonly logit: number;
  /** 1-based, by logit of the row as it came; 0 for a token that the row bans. */
  readonly rank: number;
}

/** The distribution after one more stage. `probs` runs parallel to the shown tokens. */
export interface Step {
  /** `softmax` for the row as it came, then the stages' names. */
  readonly stage: string;
  readonly keptCount: number;
  /** What the kept tokens had of the probability before this stage. */
  readonly keptMass: number;
  /** −Σ p ln p, in nats. */
  readonly entropy: number;
  /** Probability that went from some tokens to others in this stage: half the sum of the differences. */
  readonly movedMass: number;
  readonly probs: readonly number[];
  /** Whether a token is still there: what was kept may have a probability below all numbers. */
  readonly isKept: readonly boolean[];
  /** Sum over the tokens that are not shown. */
  readonly restProb: number;
}

/** The steps of one chain, or why it cannot run. */
export type Chain = { readonly steps: readonly Step[] } | { readonly error: string };

export interface Evaluation {
  readonly tokens: readonly ShownToken[];
  readonly vocabSize: number;
  readonly chains: readonly Chain[];
  /** Time in the kernels and around them. */
  readonly elapsedMs: number;
}

export interface Draws {
  /** In order of their positions. */
  readonly tokenIds: Int32Array;
  /** Count times probability, by token id; what is not here is expected nowhere. */
  readonly expected: ReadonlyMap<number, number>;
}

export type MathsReply =
  | { readonly type: "done"; readonly result: Evaluation | Draws | undefined }
  | { readonly type: "failed"; readonly message: string };
