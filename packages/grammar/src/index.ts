/** @tokenmill/grammar: JSON schemas and EBNF grammars as token masks, for the engine's `grammar` option. */
export { createGrammarProvider, type GrammarProviderOptions } from "./createGrammarProvider.ts";
