/** A regular expression of JavaScript as a text regex. */
import { parseRegex } from "./parseRegex.ts";
import { RegexBuilder, type RegexFlags } from "./regexBuilder.ts";
import type { TextRegex } from "./textRegex.ts";
import { anyText, emptyText } from "./textRegexes.ts";

export interface RegexTextOptions extends RegexFlags {
  /** The expression may match anywhere in the text (what `RegExp.test` asks). Absent: it is the whole text. */
  readonly search?: boolean;
}

/** @throws RangeError for what is no regular expression, is too long, or cannot be followed. */
export function regexText(regex: string, { search = false, ...flags }: RegexTextOptions = {}): TextRegex {
  const builder = new RegexBuilder(parseRegex(regex), flags);
  const { rests } = builder;
  if (!search) return builder.before(rests.always(emptyText))[0]!;
  return rests.before(anyText, builder.before(rests.always(anyText)))[0]!;
}
