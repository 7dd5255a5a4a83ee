/**
 * JSON Schema → grammar over lexemes. Each set of schemas that some value must satisfy at once becomes one symbol: a lexeme
 * if all its values are written without brackets, else a rule. What cannot be enforced is refused by keyword and pointer.
 */
import { Expressions } from "../regex/expressions.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { SchemaReading } from "./reading.ts";
import { SchemaCompiler } from "./schemaCompiler.ts";
import { type JsonSchemaOptions, settingsOf } from "./options.ts";
import type { Origin } from "./leaves.ts";

export interface SchemaWarning extends Origin {
  readonly reason: string;
}

export interface CompiledSchema {
  readonly rules: GrammarRules;
  /** What looks like a constraint and is an annotation by the standard. */
  readonly warnings: readonly SchemaWarning[];
}

/**
 * @throws UnsupportedSchemaError for what cannot be enforced, EmptySchemaError if nothing satisfies the schema,
 *   GrammarBudgetError if it takes too much work, TypeError or RangeError for an option
 */
export function compileJsonSchema(
  schema: unknown,
  options: JsonSchemaOptions = {},
  expressions: Expressions = new Expressions(),
): CompiledSchema {
  const settings = settingsOf(options);
  const reading = new SchemaReading(schema, settings, expressions);
  const rules = new SchemaCompiler(reading, reading.root, settings).compile();
  return { rules, warnings: reading.warnings };
}
