/**
 * Constraints that XGrammar (0.1.27) takes without a word and does not keep to. They are refused, so that an output that
 * comes to its end is one that a JSON schema validator accepts. `oneOf` is followed as `anyOf`.
 */
import { longestString } from "./boundedString.ts";
import { mapSchemas, type SchemaObject } from "./mapSchemas.ts";

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
const bounds: readonly string[] = ["exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"];
const lengths: readonly string[] = ["maxLength", "minLength"];
/** They say what a value is; XGrammar looks at nothing beside them. */
const whole: readonly string[] = ["$ref", "allOf", "anyOf", "const", "enum", "oneOf"];
/** Parts of a regular expression that match quotes, backslashes or control characters, which JSON escapes. */
const escapedInJson = /["]|\\[\\sntrfv0xuc]/;

/** The path of the first constraint that would be ignored, as in `/properties/age/minimum`, and why; else undefined. */
export function unenforced(schema: unknown): string | undefined {
  let fault: string | undefined;
  mapSchemas(schema, (each, path) => {
    for (const [keyword, value] of Object.entries(each)) {
      const why = faultOf(each, keyword, value);
      if (why !== undefined) fault ??= `${path}/${keyword} ${why}`;
    }
    return each;
  });
  return fault;
}

function faultOf(schema: SchemaObject, keyword: string, value: unknown): string | undefined {
  if (ignored.includes(keyword) || (keyword === "uniqueItems" && value === true)) return "is not enforced";
  const isBound = bounds.includes(keyword);
  const type = isBound ? "integer" : lengths.includes(keyword) ? "string" : undefined;
  if (type !== undefined && schema["type"] !== type) return `is enforced beside "type": "${type}" only`;
  const other = type && whole.find((name) => name in schema);
  if (other) return `is not enforced beside "${other}"`;
  if (type && !isWhole(value, isBound)) {
    return `expected ${isBound ? "a safe number" : `an integer in [0, ${longestString}], or none`}`;
  }
  const patterns =
    keyword === "pattern" ? [value] : keyword === "patternProperties" ? Object.keys(value as object) : [];
  if (patterns.some((pattern) => escapedInJson.test(String(pattern)))) {
    return "may match quotes, backslashes or control characters, which JSON escapes";
  }
  return undefined;
}

function isWhole(value: unknown, isBound: boolean): boolean {
  if (isBound) return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= longestString;
}
