/** Free text with tags in it: text up to a trigger, the rest of a tag that the trigger begins, and text again. */
import { literalText, orText } from "../regex/textRegexes.ts";
import type { FormatReader } from "./formats.ts";
import { textUpTo, textWithout } from "./freeText.ts";
import { emptyNode, type Node, orNode, repeatNode, sequenceNode, textNode } from "./nodes.ts";

/** What of a triggered tag follows its trigger. */
export interface Triggered {
  readonly trigger: string;
  readonly rest: Node;
  /** With the trigger. */
  readonly whole: Node;
}

/** @throws RangeError unless it begins with exactly one of the triggers */
export function triggered(tag: FormatReader, begin: string, triggers: readonly string[], after: Node): Triggered {
  const matching = triggers.filter((each) => begin.startsWith(each));
  const [trigger] = matching;
  if (trigger === undefined || matching.length > 1) tag.refuse("a begin with one of the triggers, and no other", begin);
  const rest = sequenceNode([textNode(literalText(begin.slice(trigger.length))), after]);
  return { trigger, rest, whole: sequenceNode([textNode(literalText(begin)), after]) };
}

export interface Dispatch {
  /** What free text may not have in it. */
  readonly markers: readonly string[];
  /** What the whole ends with. */
  readonly ends: readonly string[];
  /** The output begins with a tag. */
  readonly atLeastOne: boolean;
  readonly stopAfterFirst: boolean;
}

export function dispatch(tags: readonly Triggered[], options: Dispatch): Node {
  const { markers, ends } = options;
  const all = [...markers, ...ends];
  const pieces = [...new Set(tags.map(({ trigger }) => trigger))].map((trigger) => {
    const rests = tags.filter((tag) => tag.trigger === trigger).map(({ rest }) => rest);
    return sequenceNode([textNode(textUpTo(trigger, all)), orNode(rests)]);
  });
  const last = ends.length === 0 ? textWithout(all) : orText(ends.map((end) => textUpTo(end, all)));
  const end = ends.length === 0 ? emptyNode : textNode(orText(ends.map(literalText)));
  const first = orNode(tags.map(({ whole }) => whole));
  return joinedPieces({ first, piece: orNode(pieces), last: textNode(last), end }, options);
}

export interface Pieces {
  /** A tag without text before it. */
  readonly first: Node;
  /** Free text and a tag. */
  readonly piece: Node;
  /** Free text without a tag, up to the end. */
  readonly last: Node;
  /** What follows where there is no free text. */
  readonly end: Node;
}

export function joinedPieces(
  { first, piece, last, end }: Pieces,
  { atLeastOne, stopAfterFirst }: Pick<Dispatch, "atLeastOne" | "stopAfterFirst">,
): Node {
  if (stopAfterFirst) {
    return atLeastOne ? sequenceNode([first, end]) : orNode([sequenceNode([piece, end]), last]);
  }
  return sequenceNode([atLeastOne ? first : emptyNode, repeatNode(piece, 0, Number.POSITIVE_INFINITY), last]);
}
