/** What a pattern matches, by what stands beside the match. */
import { type Beside, besides, type SearchPattern } from "@tokenmill/contracts";
import { firstUnsettled } from "../regex/assertions.ts";
import { complementOf, wordCharacters } from "../regex/characterSet.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import { parseRegex } from "../regex/parseRegex.ts";
import { RegexBuilder } from "../regex/regexBuilder.ts";
import { emptyText, literalText } from "../regex/textRegexes.ts";

const otherCharacters = complementOf(wordCharacters);

/** Every text that ends with the match and with one character of what stands behind it. */
export interface Matches {
  /** By what stands before, then by what stands behind, or for anything behind alike where there is only one. */
  readonly begins: readonly (readonly Expr[])[];
}

/** One of each: which one makes no difference. */
const standsBehind: Readonly<Record<Beside, string>> = {
  [besides.nothing]: "",
  [besides.word]: "0",
  [besides.other]: " ",
};
/** The byte of each; nothing has none. */
export const bytesBehind: readonly (number | undefined)[] = Object.values(standsBehind).map((text) =>
  text === "" ? undefined : text.charCodeAt(0),
);

/** @throws RangeError for what is no regular expression, or looks further than at the characters beside the match */
export function matchesOf({ pattern, ignoreCase = false }: SearchPattern, expressions: Expressions): Matches {
  const regex = parseRegex(pattern);
  const { alternatives } = regex.pattern;
  const ahead = firstUnsettled(alternatives, ["lookahead"]);
  if (ahead) regex.refusePart("a lookahead beyond the match", ahead);
  const builder = new RegexBuilder(regex, { ignoreCase });
  const { rests } = builder;
  const behind = firstUnsettled(alternatives, ["end", "word"]) ? Object.values(standsBehind) : [""];
  const isWord = rests.areIn(wordCharacters, false);
  const isOther = rests.areIn(otherCharacters, false);
  const byBehind = behind.map((text) => {
    const before = builder.before(rests.always(text === "" ? emptyText : literalText(text)));
    const exprs = before.map((each) => expressions.text(each, "utf8"));
    const only = (isIn: readonly boolean[]): Expr => {
      const [expr, ...others] = new Set(exprs.filter((_, i) => isIn[i]));
      const behindWhich = others.length > 0 && firstUnsettled(alternatives, ["lookbehind"]);
      return behindWhich ? regex.refusePart("a lookbehind before the match", behindWhich) : expr!;
    };
    return [exprs[0]!, only(isWord), only(isOther)];
  });
  return { begins: Object.values(besides).map((before) => byBehind.map((exprs) => exprs[before]!)) };
}
