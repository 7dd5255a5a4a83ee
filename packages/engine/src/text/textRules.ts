/** From a token to its text: UTF-8 across tokens, then stop strings and regular expressions across tokens. */
import type { Stops } from "./stopStrings.ts";
import type { TokenTexts } from "./tokenTexts.ts";
import { flushUtf8, type Utf8Carry } from "./utf8.ts";

/** What a sequence keeps between tokens. It follows from the output ids, what ends it by its text, and `minTokens`. */
export interface TextState extends Utf8Carry {
  /** Text held back because a stop string or a match may begin with it. */
  heldText: string;
  readonly stops: Stops | undefined;
  readonly minTokens: number;
}

/** One token of the output. */
export interface OutputToken {
  readonly tokenId: number;
  /** 0-based position in the output. */
  readonly index: number;
  readonly isStopToken: boolean;
  readonly isLast: boolean;
}

/** What one token gave. */
export interface TextStep {
  text: string;
  /** The stop string or regular expression that matched: the sequence ends here. */
  match: string | undefined;
  /** What the regular expression matched. */
  matchText: string | undefined;
}

/**
 * Text that becomes certain with a token, written to `into`. Text of the first `minTokens` tokens is
 * not searched. `isLast` flushes everything held back; a stop token's own bytes are no text.
 */
export function stepText(
  state: TextState,
  texts: TokenTexts,
  { tokenId, index, isStopToken, isLast }: OutputToken,
  into: TextStep,
): void {
  let text = isStopToken ? "" : texts.append(state, tokenId);
  if (isLast && state.utf8State !== 0) text += flushUtf8(state);
  into.match = undefined;
  if (state.stops !== undefined && index < state.minTokens) state.stops.pass(text);
  else if (state.stops !== undefined) {
    const scan = state.stops.push(state.heldText, text, isLast);
    into.match = scan.match;
    into.matchText = scan.matchText;
    const isFlushed = isLast && scan.match === undefined;
    state.heldText = isLast ? "" : scan.held;
    text = isFlushed ? scan.text + scan.held : scan.text;
  }
  into.text = text;
}
