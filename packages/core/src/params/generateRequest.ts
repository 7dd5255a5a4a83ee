/** What the engine generates from. */
import type { SequenceRequest } from "@tokenmill/contracts";
import type { SamplingParams } from "./samplingParams.ts";

/** One sequence to generate: its prompt and, flat beside it, every sampling parameter. */
export interface GenerateRequest extends SequenceRequest, SamplingParams {}
