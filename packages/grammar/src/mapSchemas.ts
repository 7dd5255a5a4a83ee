/** The schemas inside a schema, and where they are. */

export type SchemaObject = Readonly<Record<string, unknown>>;

/** Keywords with a schema, with an array of them, and with schemas by name. */
const inSchema: readonly string[] = ["additionalItems", "additionalProperties", "items", "propertyNames"];
const inArray: readonly string[] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const inRecord: readonly string[] = ["$defs", "definitions", "patternProperties", "properties"];

/** A copy in which `change` was applied to each schema that is an object, the outer ones first. Paths are JSON pointers. */
export function mapSchemas(
  schema: unknown,
  change: (schema: SchemaObject, path: string) => SchemaObject,
  path = "",
): unknown {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const inside = (value: unknown, at: string): unknown => mapSchemas(value, change, at);
  return Object.fromEntries(
    Object.entries(change(schema as SchemaObject, path)).map(([keyword, value]) => {
      const here = `${path}/${keyword}`;
      if (inArray.includes(keyword) && Array.isArray(value)) {
        return [keyword, value.map((each, index) => inside(each, `${here}/${index}`))];
      }
      if (inSchema.includes(keyword)) return [keyword, inside(value, here)];
      if (inRecord.includes(keyword) && typeof value === "object" && value !== null) {
        const entries = Object.entries(value).map(([name, each]) => [name, inside(each, `${here}/${name}`)]);
        return [keyword, Object.fromEntries(entries)];
      }
      return [keyword, value];
    }),
  );
}
