import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Expressions } from "../regex/expressions.ts";
import { regexText } from "../regex/regexText.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { nodeMatches } from "../testing/nodeMatches.ts";
import { randomGrammars, textsOf } from "../testing/randomGrammars.ts";
import { recognises } from "../testing/recogniser.ts";
import { compileGrammar } from "./compileGrammar.ts";
import { parseEbnf } from "./ebnf.ts";
import { parseLark } from "./lark.ts";
import { type TextGrammar, textNode } from "./nodes.ts";

const tokens = { vocabSize: 256, eosTokenId: 0, special: new Map<string, number>() };
const texts = textsOf(4);

function compile(grammar: TextGrammar): GrammarRules | undefined {
  const compileSchema = (): never => {
    throw new Error("no schema here");
  };
  try {
    return compileGrammar(grammar, { expressions: new Expressions(), param: "grammar", compileSchema });
  } catch (error) {
    if (String(error).includes("expected a grammar that a text can fit")) return undefined;
    throw error;
  }
}

const accepted = (rules: GrammarRules | undefined): string[] =>
  texts.filter((text) => rules && recognises(rules, new TextEncoder().encode(text)));

describe("the language of a random grammar, all texts of up to 4 characters", () => {
  const runs = { numRuns: Number(process.env["GRAMMAR_RUNS"] ?? 150) };

  it("is what a plain recogniser takes, as EBNF", () => {
    fc.assert(
      fc.property(randomGrammars, ({ grammar, ebnf }) => {
        const expected = texts.filter((text) => nodeMatches(grammar, text));
        expect(accepted(compile(parseEbnf(ebnf, tokens)))).toEqual(expected);
      }),
      runs,
    );
  });

  it("is the same as Lark", () => {
    fc.assert(
      fc.property(randomGrammars, ({ ebnf, lark }) => {
        expect(accepted(compile(parseLark(lark, tokens)))).toEqual(accepted(compile(parseEbnf(ebnf, tokens))));
      }),
      runs,
    );
  });

  it("has no lexeme and no rule but the first that fits the empty text", () => {
    fc.assert(
      fc.property(randomGrammars, ({ grammar }) => {
        const rules = compile(grammar);
        if (!rules) return;
        const { expressions, lexemes } = rules;
        expect(lexemes.filter(({ expression }) => expressions.isNullable(expression))).toEqual([]);
        const others = rules.rules.filter((_, index) => index !== rules.start);
        expect(others.filter(({ states }) => states[0]!.isAccepting)).toEqual([]);
      }),
      runs,
    );
  });
});

it("a regular expression is compiled part by part where parts are shared", () => {
  const body = textNode(regexText("(?:a?\\b)?".repeat(60)));
  expect(accepted(compile({ rules: [{ name: "text", body }], start: 0 }))).toContain("a");
});
