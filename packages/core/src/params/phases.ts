/** Parts of an output that are drawn with sampling parameters of their own. */
import type { SamplingParams } from "./samplingParams.ts";

/**
 * What begins a phase: a start tag of thinking (or a prompt that leaves it open), the end of thinking, the place of an output
 * token from 0 on, or that the output's last tokens complete a text or some ids.
 */
export type PhaseStart = "thinking" | "answer" | number | { text: string } | { tokenIds: readonly number[] };

/** The parameters that no phase can change: the random stream, what events say, what ends the output, what is absent. */
export type WholeRequestParam =
  | "profile"
  | "seed"
  | "stopTokenIds"
  | "minTokens"
  | "logprobs"
  | "logprobTokenIds"
  | "logprobsMode"
  | "samplingMask";

export const wholeRequestParams: readonly WholeRequestParam[] = [
  "profile",
  "seed",
  "stopTokenIds",
  "minTokens",
  "logprobs",
  "logprobTokenIds",
  "logprobsMode",
  "samplingMask",
];

export type PhaseParams = Omit<SamplingParams, WholeRequestParam>;

export interface Phase {
  from: PhaseStart;
  /** On top of the request's own; those that are absent stay as there. */
  params: PhaseParams;
}
