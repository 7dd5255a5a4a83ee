/** What a resume record does not hold follows from its output ids: made again, it also proves that they belong together. */
import { SnapshotError } from "../errors.ts";
import type { Sequence } from "../scheduler/sequence.ts";
import { type TextStep, stepText } from "../text/textRules.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import type { SequenceSnapshot } from "./sequenceSnapshot.ts";

/** Brings the sequence's text state to the end of a record's output. @throws SnapshotError if the tokenizer is another. */
export function replayText(sequence: Sequence, record: SequenceSnapshot, texts: TokenTexts | undefined): void {
  const step: TextStep = { text: "", match: undefined, matchText: undefined };
  if (texts) {
    record.outputTokenIds.forEach((tokenId, index) => {
      if (step.match === undefined)
        stepText(sequence, texts, { tokenId, index, isStopToken: false, isLast: false }, step);
    });
  }
  const { utf8State, heldText } = record.text;
  if (step.match !== undefined || sequence.utf8State !== utf8State || sequence.heldText !== heldText) {
    const message = `"text" expected what this tokenizer makes of the output ids, got another state: was it another tokenizer?`;
    throw new SnapshotError("text_diverged", message);
  }
}

/** The same as soon as the sequence has what its text is searched by; until then it has the record's text. */
export function replayOnceCompiled(sequence: Sequence, record: SequenceSnapshot, texts: TokenTexts | undefined): void {
  sequence.utf8State = record.text.utf8State;
  sequence.heldText = record.text.heldText;
  sequence.replay = () => {
    sequence.utf8State = 0;
    sequence.heldText = "";
    replayText(sequence, record, texts);
  };
}
