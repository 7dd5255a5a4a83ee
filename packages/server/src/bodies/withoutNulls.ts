/**
 * OpenAI's clients write null for "not given", at every level. It is taken so wherever a schema names the fields of an
 * object, known ones and others; what a schema leaves open (a JSON schema, metadata, biases) is the client's own data.
 */
import type { JsonSchema } from "./jsonSchema.ts";

/** The value without fields that are null; the same value if there are none. */
export function withoutNulls(value: unknown, schema: JsonSchema | undefined): unknown {
  if (typeof value !== "object" || value === null || !schema) return value;
  if (schema.anyOf) return schema.anyOf.reduce<unknown>(withoutNulls, value);
  if (Array.isArray(value)) return schema.items ? mapped(value, schema.items) : value;
  return schema.properties ? given(value, schema.properties) : value;
}

function mapped(list: readonly unknown[], items: JsonSchema): readonly unknown[] {
  const stripped = list.map((item) => withoutNulls(item, items));
  return stripped.some((item, i) => item !== list[i]) ? stripped : list;
}

function given(object: object, properties: Readonly<Record<string, JsonSchema>>): object {
  const entries = Object.entries(object);
  const kept = entries
    .filter(([, field]) => field !== null)
    .map(([name, field]): [string, unknown] => {
      return [name, Object.hasOwn(properties, name) ? withoutNulls(field, properties[name]) : field];
    });
  const isSame = kept.length === entries.length && kept.every(([, field], i) => field === entries[i]![1]);
  return isSame ? object : Object.fromEntries(kept);
}
