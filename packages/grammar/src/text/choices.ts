/** One of some texts. */
import { refuse } from "@tokenmill/check";
import type { TextRegex } from "../regex/textRegex.ts";
import { literalText, orText } from "../regex/textRegexes.ts";
import { limits } from "./limits.ts";

/** @throws TypeError, RangeError */
export function choicesText(choices: unknown): TextRegex {
  if (!Array.isArray(choices) || choices.length === 0) refuse("choice", "non-empty array of strings", choices, true);
  if (choices.length > limits.choices) refuse("choice", `at most ${limits.choices} strings`, choices, false);
  let length = 0;
  const texts = choices.map((choice: unknown) => {
    if (typeof choice !== "string") return refuse("choice", "strings", choice, true);
    if (/\p{Surrogate}/u.test(choice)) refuse("choice", "strings without lone surrogates", choice, false);
    length += choice.length;
    return choice;
  });
  if (length > limits.textLength) {
    throw new RangeError(`"choice" expected at most ${limits.textLength} UTF-16 units in all, got ${length}`);
  }
  return orText([...new Set(texts)].map(literalText));
}
