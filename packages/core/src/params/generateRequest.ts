/** What the engine generates from. */
import type { SequenceRequest } from "@tokenmill/contracts";
import type { Phase } from "./phases.ts";
import type { SamplingParams } from "./samplingParams.ts";

/** One sequence to generate: its prompt and, flat beside it, every sampling parameter. */
export interface GenerateRequest extends SequenceRequest, SamplingParams {
  /**
   * Other sampling parameters from some place of the output on, at most 16 phases: a token is drawn with those of the phase
   * that was begun last before it, where several begin at once with the last of the list. Each may begin any number of times.
   */
  phases?: readonly Phase[];
}
