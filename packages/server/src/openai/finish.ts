/** Why an output ended, as OpenAI's closed set of reasons says it and vLLM's `stop_reason` beside it. */
import type { TokenEvent } from "@tokenmill/core";

interface End {
  readonly finish_reason: "stop" | "length" | null;
  /** Only where it has ended. */
  readonly stop_reason?: string | number | null;
}

/** @param event the last so far */
export function endOf(event: TokenEvent | undefined): End {
  if (event?.finishReason === undefined) return { finish_reason: null };
  const { finishReason, stopReason = null } = event;
  if (finishReason === "repetition") return { finish_reason: "stop", stop_reason: "repetition_detected" };
  return { finish_reason: finishReason, stop_reason: stopReason };
}
