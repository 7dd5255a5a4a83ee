/** What the code is run with before the first specification comes: a little of everything that schemas have. */
import type { GrammarSpec } from "@tokenmill/contracts";

const text = { type: "string" };
const tagged = (kind: string): object => ({
  type: "object",
  properties: { kind: { const: kind }, size: { type: "number" } },
  required: ["kind"],
});

export const warming: GrammarSpec = {
  jsonSchema: {
    type: "object",
    properties: {
      id: { ...text, format: "uuid" },
      count: { type: "integer", minimum: 0, maximum: 100 },
      share: { type: "number" },
      tags: { type: "array", items: { ...text, maxLength: 20 }, minItems: 1, maxItems: 5 },
      state: { enum: ["on", "off", 3, null] },
      isNew: { type: "boolean" },
      at: { ...text, format: "date-time" },
      name: { ...text, pattern: "^[a-z]+$" },
      tree: { $ref: "#/$defs/tree" },
      either: { anyOf: [text, { $ref: "#/$defs/tree" }] },
      one: { oneOf: [tagged("a"), tagged("b")] },
      map: { type: "object", additionalProperties: text },
    },
    required: ["id", "count"],
    additionalProperties: false,
    $defs: {
      tree: {
        type: "object",
        properties: {
          parts: { type: "array", items: { $ref: "#/$defs/tree" } },
          value: { allOf: [text, { minLength: 1 }] },
        },
        patternProperties: { "^x-": {} },
      },
    },
  },
};
