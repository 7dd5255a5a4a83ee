/** @tokenmill/grammar/internal: the parts of the engine by themselves, without threads; also for browsers. */
export { Budget } from "./budget/budget.ts";
export type { GrammarImage } from "./compile/image.ts";
export { compileSpec, type SpecSettings } from "./provider/compileSpec.ts";
export { GrammarEngine } from "./run/engine.ts";
export type { Matcher } from "./run/matcher.ts";
export { compileJsonSchema, type CompiledSchema, type SchemaWarning } from "./schema/compileJsonSchema.ts";
export { EmptySchemaError, UnsupportedSchemaError } from "./schema/errors.ts";
export type { JsonSchemaOptions } from "./schema/options.ts";
export { Vocabulary, type VocabularyOptions } from "./vocabulary/vocabulary.ts";
