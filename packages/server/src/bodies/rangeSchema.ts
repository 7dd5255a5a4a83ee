/** A range of the parameter table in the words of JSON Schema: what is checked is what the OpenAPI document says. */
import type { NumberRange } from "@tokenmill/core";
import type { JsonSchema } from "./jsonSchema.ts";

export function rangeSchema({ type, least, most, ends, or }: NumberRange): JsonSchema {
  const schema: JsonSchema = {
    type,
    ...(ends.startsWith("(") ? { exclusiveMinimum: least } : { minimum: least }),
    ...(most !== Infinity && (ends.endsWith(")") ? { exclusiveMaximum: most } : { maximum: most })),
  };
  return or === undefined ? schema : { anyOf: [schema, { type, enum: [or] }] };
}
