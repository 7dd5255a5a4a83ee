/** Whose failure an error is. */
import { messageOf } from "@tokenmill/check";
import { SequenceError, type SequenceErrorCode } from "@tokenmill/engine";
import type { LoggedFailure } from "../log/entry.ts";

/** Failures of this node's, not of the sequence: another one may do better. */
const codesOfTheNode: readonly SequenceErrorCode[] = ["engine_closed", "pool_failed", "overloaded"];

/** The sequence's failure at event `index`; undefined: it is the node's. */
export function failureOf(error: unknown, index: number): LoggedFailure | undefined {
  if (!(error instanceof SequenceError)) return { code: "internal", message: messageOf(error), index };
  const { code, message } = error;
  return codesOfTheNode.includes(code) ? undefined : { code, message, index };
}
