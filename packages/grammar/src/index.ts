/** @tokenmill/grammar: JSON schemas, EBNF grammars and regular expressions as token masks, for the engine's `grammar` option. */
export { createGrammarProvider, type GrammarProviderOptions } from "./createGrammarProvider.ts";
