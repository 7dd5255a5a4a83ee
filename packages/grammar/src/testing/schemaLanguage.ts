/** What a schema's grammar accepts, by the slow recogniser. */
import { compileJsonSchema } from "../schema/compileJsonSchema.ts";
import { EmptySchemaError } from "../schema/errors.ts";
import type { JsonSchemaOptions } from "../schema/options.ts";
import { ThreadRecogniser } from "./threadRecogniser.ts";

/** Whether a text is one of the schema's grammar; no text is one of a schema that nothing satisfies. */
export function languageOf(schema: unknown, options: JsonSchemaOptions = {}): (text: string) => boolean {
  try {
    const recogniser = new ThreadRecogniser(compileJsonSchema(schema, options).rules);
    return (text) => recogniser.accepts(text);
  } catch (error) {
    if (error instanceof EmptySchemaError) return () => false;
    throw error;
  }
}
