/** A grammar in text: EBNF if its first definition has `::=`, Lark if it has `:` or begins with a directive. */
import { parseEbnf } from "./ebnf.ts";
import { parseLark } from "./lark.ts";
import type { TextGrammar } from "./nodes.ts";
import type { TokenNames } from "./tokens.ts";

const firstDefinition =
  /^(?:[ \t]*(?:(?:#|\/\/)[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*(%|[?!]*[A-Za-z0-9_.-]+(?:\{[^}\r\n]*\})?[ \t]*(?:\[[^\]\r\n]*\])?[ \t]*(::=|:))/;

/** @param subject what messages begin with @throws RangeError with the place of what is wrong */
export function parseGrammar(text: string, tokens: TokenNames, subject = '"grammar"'): TextGrammar {
  const found = firstDefinition.exec(text);
  const isLark = found?.[1] === "%" || found?.[2] === ":";
  return isLark ? parseLark(text, tokens, subject) : parseEbnf(text, tokens, subject);
}
