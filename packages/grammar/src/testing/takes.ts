/** Compiles for tests, without a vocabulary. */
import { Expressions } from "../regex/expressions.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { compileGrammar } from "../text/compileGrammar.ts";
import type { TextGrammar } from "../text/nodes.ts";
import type { TokenNames } from "../text/tokens.ts";
import { recognises } from "./recogniser.ts";

export const tokenNames: TokenNames = {
  vocabSize: 300,
  eosTokenId: 299,
  special: new Map([
    ["<think>", 256],
    ["</think>", 257],
    ["<|end|>", 299],
  ]),
};

export function compiled(grammar: TextGrammar): GrammarRules {
  const compileSchema = (): never => {
    throw new Error("no schema here");
  };
  return compileGrammar(grammar, { expressions: new Expressions(), param: "grammar", compileSchema });
}

export const takes = (rules: GrammarRules, text: string): boolean => recognises(rules, new TextEncoder().encode(text));
