/** Short words for schemas of answers. */
import type { JsonSchema } from "../bodies/jsonSchema.ts";
import type { Described } from "./operation.ts";

export const text: JsonSchema = { type: "string" };
export const count: JsonSchema = { type: "integer", minimum: 0 };
export const real: JsonSchema = { type: "number" };
/** 64 bits: a number where that is exact. */
export const bigCount: JsonSchema = { anyOf: [count, { type: "string", pattern: "^\\d{1,20}$" }] };

export function list(items: Described): JsonSchema {
  return { type: "array", items: items };
}

export function orNull(schema: Described): JsonSchema {
  return { anyOf: [schema, { type: "null" }] };
}

export function map(values: Described): JsonSchema {
  return { type: "object", additionalProperties: values };
}

/** Its fields; those whose names end in `?` may be absent. */
export function shape(fields: Readonly<Record<string, Described>>, description?: string): JsonSchema {
  const names = Object.keys(fields);
  return {
    type: "object",
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name.replace("?", ""), field])),
    required: names.filter((name) => !name.endsWith("?")),
  };
}

export function one(...values: readonly string[]): JsonSchema {
  return { type: "string", enum: values };
}
