/** @tokenmill/grammar: JSON schemas, EBNF grammars and regular expressions as token masks, for the engine's `grammar` option. */
export { createGrammarProvider, type GrammarProviderOptions } from "./createGrammarProvider.ts";
export { compileJsonSchema, type CompiledSchema, type SchemaWarning } from "./schema/compileJsonSchema.ts";
export { EmptySchemaError, UnsupportedSchemaError } from "./schema/errors.ts";
export type { JsonSchemaOptions } from "./schema/options.ts";
