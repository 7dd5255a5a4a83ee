/**
 * Constraints that XGrammar (0.1.27) takes without a word and does not keep to. They are refused, so that an output that
 * comes to its end is one that a JSON schema validator accepts.
 */

/** Not looked at by XGrammar. */
const ignored: readonly string[] = [
  "contains",
  "dependencies",
  "dependentRequired",
  "dependentSchemas",
  "else",
  "if",
  "maxContains",
  "minContains",
  "multipleOf",
  "not",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
/** Exact for integers only: `{ type: "number", minimum: 0, maximum: 1 }` lets 1.5 pass. */
const bounds: readonly string[] = ["exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"];
/** Keywords with a schema, with an array of them, and with schemas by name. */
const inSchema: readonly string[] = ["additionalItems", "additionalProperties", "items", "propertyNames"];
const inArray: readonly string[] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const inRecord: readonly string[] = ["$defs", "definitions", "patternProperties", "properties"];

/** The path of the first constraint that would be ignored, as in `/properties/age/minimum`, and why; else undefined. */
export function unenforced(schema: unknown, path = ""): string | undefined {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return undefined;
  for (const [keyword, value] of Object.entries(schema)) {
    const here = `${path}/${keyword}`;
    if (ignored.includes(keyword)) return `${here} is not enforced`;
    if (keyword === "uniqueItems" && value === true) return `${here} is not enforced`;
    if (bounds.includes(keyword) && (schema as { type?: unknown }).type !== "integer") {
      return `${here} is enforced beside "type": "integer" only`;
    }
    const fault = inside(keyword, value, here);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function inside(keyword: string, value: unknown, path: string): string | undefined {
  if (inArray.includes(keyword) && Array.isArray(value)) {
    return firstOf(value.map((schema, index) => unenforced(schema, `${path}/${index}`)));
  }
  if (inSchema.includes(keyword)) return unenforced(value, path);
  if (inRecord.includes(keyword) && typeof value === "object" && value !== null) {
    return firstOf(Object.entries(value).map(([name, schema]) => unenforced(schema, `${path}/${name}`)));
  }
  return undefined;
}

function firstOf(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}
