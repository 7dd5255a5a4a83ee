/** @tokenmill/grammar: JSON schemas, grammars, regular expressions and tags as token masks, for the engine's `grammar` option. */
export { GrammarBudgetError } from "./budget/budget.ts";
export { createGrammarProvider, type GrammarProviderOptions } from "./provider/grammarProvider.ts";
