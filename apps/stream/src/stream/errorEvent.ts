/** A failure as an event on the wire and as a line for people. */
import { oneLine } from "@tokenmill/check";
import { messageOf } from "@tokenmill/cli";
import type { SequenceErrorEvent } from "@tokenmill/core";
import { SequenceError } from "@tokenmill/engine";
import type { RequestItem } from "./requestItem.ts";

export function errorEvent({ sequenceId, line }: RequestItem, error: unknown): SequenceErrorEvent {
  const isSequence = error instanceof SequenceError;
  const details = { ...(line !== undefined && { line }), ...(isSequence && { index: error.index }) };
  return {
    sequenceId,
    finishReason: "error",
    error: {
      code: isSequence ? error.code : "bad_request",
      message: messageOf(error),
      ...(Object.keys(details).length > 0 && { details }),
    },
  };
}

/** `line 3: …` or `sequence 5: …`, without control characters of what it quotes. */
export function errorLine({ sequenceId, line }: RequestItem, error: unknown): string {
  const place = line === undefined ? `sequence ${sequenceId}: ` : `line ${line}: `;
  const message = messageOf(error);
  return oneLine(`tokenmill: ${message.startsWith(place) ? "" : place}${message}`);
}
