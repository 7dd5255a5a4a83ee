/** Keywords about arrays (JSON Schema core §10.3.1, validation §6.4); `items` as an array is a tuple of the older drafts. */
import type { Formula } from "./formula.ts";
import type { ArrayLeaf } from "./leaves.ts";
import type { SchemaReader } from "./schemaReader.ts";

export function readArrays(reader: SchemaReader): Formula[] {
  const { formulas, schema } = reader;
  const found: Formula[] = [];
  const add = (leaf: ArrayLeaf): void => void found.push(formulas.leaf(leaf));

  const { prefix, rest } = itemsOf(reader);
  prefix.forEach((value, index) => add({ type: "array", is: "item", index, value }));
  if (rest !== undefined && rest !== formulas.true) {
    add({ type: "array", is: "rest", from: prefix.length, value: rest });
  }
  const [min, max] = [reader.count("minItems") ?? 0, reader.count("maxItems") ?? Infinity];
  if (min > 0 || max < Infinity) add({ type: "array", is: "count", min, max });
  const contained = reader.inner("contains");
  if (contained !== undefined) {
    const { isModern } = reader.location.resource.dialect;
    const least = isModern ? (reader.count("minContains") ?? 1) : 1;
    const most = isModern ? (reader.count("maxContains") ?? Infinity) : Infinity;
    if (least > 0 || most < Infinity) {
      add({ type: "array", is: "contains", value: contained, min: least, max: most });
    }
  }
  if (reader.has("uniqueItems")) {
    if (typeof schema["uniqueItems"] !== "boolean") reader.refuse("uniqueItems", "expected a boolean");
    if (schema["uniqueItems"]) add({ type: "array", is: "unique", origin: reader.originOf("uniqueItems") });
  }
  return found;
}

/** Schemas of the first items, and the one of all others. */
export function itemsOf(reader: SchemaReader): { prefix: Formula[]; rest: Formula | undefined } {
  if (Array.isArray(reader.schema["items"])) {
    return { prefix: reader.list("items")!, rest: reader.inner("additionalItems") };
  }
  return { prefix: reader.list("prefixItems") ?? [], rest: reader.inner("items") };
}
