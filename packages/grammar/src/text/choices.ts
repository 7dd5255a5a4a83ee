/** One of some texts. */
import { checkString, refuse } from "@tokenmill/check";
import type { TextRegex } from "../regex/textRegex.ts";
import { literalText, orText } from "../regex/textRegexes.ts";
import { limits } from "./limits.ts";

/** @throws TypeError, RangeError */
export function choicesText(choices: unknown, param = "choice"): TextRegex {
  if (!Array.isArray(choices) || choices.length === 0) refuse(param, "non-empty array of strings", choices, true);
  if (choices.length > limits.choices) refuse(param, `at most ${limits.choices} strings`, choices, false);
  let length = 0;
  const texts = choices.map((choice: unknown, index) => {
    const text = checkString(`${param}[${index}]`, choice);
    if (/\p{Surrogate}/u.test(text)) refuse(`${param}[${index}]`, "string without lone surrogates", text, false);
    length += text.length;
    return text;
  });
  if (length > limits.textLength) {
    throw new RangeError(`"${param}" expected at most ${limits.textLength} UTF-16 units in all, got ${length}`);
  }
  return orText([...new Set(texts)].map(literalText));
}
