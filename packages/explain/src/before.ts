/** What stands before the row. */
import { checkInteger, checkOptions, checkTokenIds, refuse } from "@tokenmill/check";
import type { CompiledPlan, Sampler } from "@tokenmill/core";

export interface Before {
  /** Token ids so far, prompt then output; penalties read them. Absent: none. */
  readonly history?: readonly number[];
  /** How many of the history are the prompt. Absent: none. */
  readonly promptLength?: number;
  /** Tokens that a grammar allows, a bit each. Absent: all. */
  readonly tokenMask?: Int32Array;
}

const known = ["history", "promptLength", "tokenMask"] as const satisfies (keyof Before)[];

/** @throws TypeError, RangeError */
export function checkBefore(before: Before, { vocabSize }: Sampler): void {
  checkOptions("before", before, known, "option of what stands before the row");
  const { history = [], promptLength = 0 } = before;
  checkTokenIds("history", history, vocabSize);
  checkInteger("promptLength", promptLength, { min: 0, max: history.length });
}

/** @throws TypeError */
export function checkSampler(sampler: Sampler): void {
  if (typeof sampler !== "object" || sampler === null || typeof sampler.distribution !== "function") {
    refuse("sampler", "a sampler", sampler, true);
  }
}

/** A plan, or what the sampler then refuses as one. @throws TypeError */
export function checkPlan(plan: CompiledPlan): void {
  if (typeof plan !== "object" || plan === null || !Array.isArray(plan.stageNames)) {
    refuse("plan", "a compiled plan", plan, true);
  }
}

/** Most draws that are made at once. */
export const mostDraws = 1e7;
