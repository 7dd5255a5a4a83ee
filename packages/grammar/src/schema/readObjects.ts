/** Keywords about objects (JSON Schema core §10.3.2, validation §6.5); `dependencies` as drafts 4 to 7 have it. */
import type { Formula } from "./formula.ts";
import { keysOf, otherKeys } from "./keySets.ts";
import type { ObjectLeaf } from "./leaves.ts";
import { searchOf } from "./readStrings.ts";
import type { SchemaReader } from "./schemaReader.ts";

export function readObjects(reader: SchemaReader): Formula[] {
  const { formulas } = reader;
  const found: Formula[] = [];
  const add = (leaf: ObjectLeaf): void => void found.push(formulas.leaf(leaf));

  const names = reader.names("properties");
  if (names.length > 0) add({ type: "object", is: "declared", names });
  for (const name of names) {
    add({ type: "object", is: "property", name, value: reader.inner("properties", name)! });
  }
  const patterns = reader.names("patternProperties").map((pattern) => {
    const texts = searchOf(reader, "patternProperties", pattern);
    add({ type: "object", is: "each", keys: keysOf(texts), value: reader.inner("patternProperties", pattern)! });
    return texts;
  });
  const others = reader.inner("additionalProperties");
  if (others !== undefined) add({ type: "object", is: "each", keys: otherKeys(names, patterns), value: others });
  const named = reader.inner("propertyNames");
  if (named !== undefined) add({ type: "object", is: "names", value: named });
  const [min, max] = [reader.count("minProperties") ?? 0, reader.count("maxProperties") ?? Infinity];
  if (min > 0 || max < Infinity) add({ type: "object", is: "count", min, max });
  if (reader.has("required")) {
    for (const name of reader.strings("required")) add({ type: "object", is: "present", name });
  }
  return [...found, ...readDependencies(reader)];
}

/** Where a name is present: further names, or a schema for the whole object. */
function readDependencies(reader: SchemaReader): Formula[] {
  const { formulas, schema } = reader;
  return ["dependentRequired", "dependentSchemas", "dependencies"].flatMap((keyword) =>
    reader.names(keyword).map((name) => {
      const value = (schema[keyword] as Readonly<Record<string, unknown>>)[name];
      const isList = keyword === "dependentRequired" || (keyword === "dependencies" && Array.isArray(value));
      const needed = isList
        ? reader.strings(keyword, value).map((each) => formulas.leaf({ type: "object", is: "present", name: each }))
        : [reader.inner(keyword, name)!];
      return formulas.or([formulas.leaf({ type: "object", is: "absent", name }), formulas.and(needed)]);
    }),
  );
}
