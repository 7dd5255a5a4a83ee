/** What a resume record does not hold follows from its output ids: made again, it also proves that they belong together. */
import type { GrammarMatcher } from "@tokenmill/core";
import { SnapshotError } from "../errors.ts";
import type { Sequence } from "../scheduler/sequence.ts";
import { type TextStep, stepText } from "../text/textRules.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import type { SequenceSnapshot } from "./sequenceSnapshot.ts";

/** Moves a new matcher to the end of a record's output. @throws SnapshotError, and releases it, if that is not the grammar's. */
export function replayGrammar(matcher: GrammarMatcher, outputTokenIds: readonly number[]): GrammarMatcher {
  const refused = outputTokenIds.findIndex((tokenId) => !matcher.accept(tokenId));
  if (refused < 0) return matcher;
  matcher.release();
  const message = `"grammar" expected one that allows the output ids, it does not allow that at ${refused}`;
  throw new SnapshotError("grammar_diverged", message);
}

/** Brings the sequence's text state to the end of a record's output. @throws SnapshotError if the tokenizer is another. */
export function replayText(sequence: Sequence, record: SequenceSnapshot, texts: TokenTexts | undefined): void {
  const step: TextStep = { text: "", match: undefined };
  if (texts) {
    record.outputTokenIds.forEach((tokenId, index) => {
      if (step.match === undefined) stepText(sequence, texts, tokenId, index, false, false, step);
    });
  }
  const { utf8State, heldText } = record.text;
  if (step.match !== undefined || sequence.utf8State !== utf8State || sequence.heldText !== heldText) {
    const message = `"text" expected what this tokenizer makes of the output ids, got another state: was it another tokenizer?`;
    throw new SnapshotError("text_diverged", message);
  }
}
