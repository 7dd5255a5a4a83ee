/**
 * Texts that are only some of those that are meant. Their complement is no complement of what is meant, so nothing is written
 * because it is in it; and what is looked at to tell schemas apart takes them for any text.
 */
import type { TextRegex } from "../regex/textRegex.ts";
import { and, anything, none, or } from "./texts.ts";

const partials = new WeakSet<TextRegex>();

/** The texts, marked as a part of those that are meant. */
export function partialTexts(texts: TextRegex): TextRegex {
  // of one part: no constructor takes it apart
  const marked: TextRegex = { kind: "repeat", part: texts, min: 1, max: 1 };
  partials.add(marked);
  return marked;
}

export function isPartial(texts: TextRegex): boolean {
  return partials.has(texts);
}

export function hasPartial(texts: TextRegex): boolean {
  return isPartial(texts) || ("parts" in texts && texts.parts.some(hasPartial)) || asksForOthers(texts);
}

/** Whether it has texts because they are not among partial ones. */
export function asksForOthers(texts: TextRegex): boolean {
  if (texts.kind === "not") return hasPartial(texts.part);
  return "parts" in texts && texts.parts.some(asksForOthers);
}

/** What of it is known to be meant. */
export function narrowest(texts: TextRegex): TextRegex {
  if (!asksForOthers(texts)) return texts;
  if (texts.kind === "and") return and(...texts.parts.map(narrowest));
  return texts.kind === "or" ? or(...texts.parts.map(narrowest)) : none;
}

/** A superset of what is meant. */
export function widest(texts: TextRegex): TextRegex {
  if (!hasPartial(texts)) return texts;
  if (texts.kind === "and") return and(...texts.parts.map(widest));
  return texts.kind === "or" ? or(...texts.parts.map(widest)) : anything;
}
