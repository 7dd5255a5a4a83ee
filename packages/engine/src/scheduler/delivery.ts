/** Delivery of events, ends and errors to observers. What an observer throws never reaches the scheduler's loop. */
import { callForeign, messageOf, rethrowLater } from "@tokenmill/check";
import type { TokenEvent } from "@tokenmill/core";
import { SequenceError, type SequenceErrorCode } from "../errors.ts";
import type { Sequence } from "./sequence.ts";

/** Tells the observer that its sequence failed. It hears nothing more. */
export function deliverError(sequence: Sequence, code: SequenceErrorCode, message: string, cause?: unknown): void {
  const { position, sequenceId } = sequence;
  const details = cause === undefined ? undefined : { cause };
  deliverRefusal(
    sequence,
    new SequenceError(code, sequenceId, position, `sequence ${sequenceId}: ${message}`, details),
  );
}

/** Tells the observer what its request was refused with. It hears nothing more. */
export function deliverRefusal(sequence: Sequence, refusal: unknown): void {
  const { observer } = sequence;
  sequence.observer = undefined;
  callForeign(() => observer?.error(refusal));
}

/** Delivers an event, and the end after the last; `onFailure` is told what `next` threw. */
export function deliverEvent(sequence: Sequence, event: TokenEvent, onFailure: (error: unknown) => void): void {
  const observer = sequence.observer!;
  try {
    observer.next(event);
  } catch (error) {
    if (sequence.observer === undefined) rethrowLater(error);
    else if (sequence.phase === "ended") deliverError(sequence, "observer_failed", messageOf(error), error);
    else onFailure(error);
    return;
  }
  if (event.finishReason === undefined || sequence.observer === undefined) return;
  sequence.observer = undefined;
  callForeign(() => observer.complete());
}
