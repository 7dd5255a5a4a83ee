/** A request's schema as clients see it: fields that may be absent may be null as well, at every level that names fields. */
import type { JsonSchema } from "../bodies/jsonSchema.ts";

export function nullable(schema: JsonSchema): JsonSchema {
  const { properties, items, anyOf, required = [] } = schema;
  return {
    ...schema,
    ...(items && { items: nullable(items) }),
    ...(anyOf && { anyOf: anyOf.map(nullable) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => {
          const inner = nullable(field);
          return [name, required.includes(name) ? inner : orNull(inner)];
        }),
      ),
    }),
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { description, anyOf, type } = schema;
  // What has no type takes null already.
  if (type === undefined && !anyOf) return schema;
  const { description: _, ...rest } = schema;
  const words = description === undefined ? {} : { description };
  return { ...words, anyOf: [...(anyOf ?? [rest]), { type: "null" }] };
}
