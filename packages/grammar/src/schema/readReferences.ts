/** `$ref`, `$dynamicRef` and `$recursiveRef` (JSON Schema core §8.2.3). */
import type { Formula } from "./formula.ts";
import type { SchemaReader } from "./schemaReader.ts";

export function readReferences(reader: SchemaReader): Formula[] {
  const { document, formulas, location, schema, scope } = reader;
  const found: Formula[] = [];
  if (reader.has("$ref")) {
    const { target } = document.resolve(location, "$ref", schema["$ref"]);
    found.push(formulas.schema(document.firstLike(target), scope));
  }
  for (const keyword of ["$dynamicRef", "$recursiveRef"]) {
    if (!reader.has(keyword)) continue;
    const { target, anchor } = document.resolve(location, keyword, schema[keyword]);
    // a recursive reference is a dynamic one to the anchor without a name
    const name = keyword === "$recursiveRef" ? "" : anchor;
    const isDynamic = name !== undefined && target.resource.dynamicAnchors.has(name);
    const outermost = isDynamic ? scope.resources.find(({ dynamicAnchors }) => dynamicAnchors.has(name)) : undefined;
    const dynamic = name === "" ? outermost?.root : outermost?.anchors.get(name!);
    found.push(formulas.schema(dynamic ?? target, scope));
  }
  return found;
}
