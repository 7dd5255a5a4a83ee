/** What stands before the row. */
import { checkOptions } from "@tokenmill/check";

export interface Before {
  /** Token ids so far, prompt then output; penalties read them. Absent: none. */
  readonly history?: readonly number[];
  /** How many of the history are the prompt. Absent: none. */
  readonly promptLength?: number;
}

const known = ["history", "promptLength"] as const satisfies (keyof Before)[];

/** The numbers themselves are the sampler's to check. @throws TypeError */
export function checkBefore(before: Before): Before {
  return checkOptions("before", before, known, "option of what stands before the row");
}

/** Most draws that are made at once. */
export const mostDraws = 1e7;
