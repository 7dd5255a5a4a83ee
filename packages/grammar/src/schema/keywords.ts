/** Keywords that hold schemas: where identifiers and anchors are looked for. */

export const inSchema: readonly string[] = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "contentSchema",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
export const inArray: readonly string[] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
export const inRecord: readonly string[] = [
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties",
];
