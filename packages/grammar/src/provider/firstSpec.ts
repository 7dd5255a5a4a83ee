/** What a compile thread compiles before anything is asked of it, a little of everything: its code is loaded then. */
import type { GrammarSpec } from "@tokenmill/contracts";

type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const tree = { $ref: "#/$defs/tree" };
const object = (properties: Schema, more: Schema = {}): Schema => ({ type: "object", properties, ...more });
const list = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, ...more });
const tagged = (kind: string, size: Schema): Schema =>
  object({ kind: { const: kind }, size }, { required: ["kind"], additionalProperties: false });

const jsonSchema = object(
  {
    id: { ...text, format: "uuid" },
    count: { type: "integer", minimum: 0, maximum: 100 },
    tags: list({ ...text, maxLength: 20 }, { minItems: 1, maxItems: 5 }),
    at: { ...text, format: "date-time" },
    name: { ...text, pattern: "^[a-z]+$" },
    tree,
    either: { anyOf: [text, tree] },
    one: { oneOf: [tagged("a", { type: "number" }), tagged("b", text)] },
    map: { type: "object", additionalProperties: text },
  },
  {
    required: ["id", "count"],
    additionalProperties: false,
    $defs: {
      tree: object(
        { parts: list(tree), value: { allOf: [text, { minLength: 1 }] } },
        { patternProperties: { "^x-": {} } },
      ),
    },
  },
);

export const firstSpec: GrammarSpec = { jsonSchema };
