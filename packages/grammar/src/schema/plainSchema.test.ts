/** Schemas that become rules without formulas and claims say the same as where they are one of several that must hold. */
import { describe, expect, it } from "vitest";
import { orders } from "../testing/jsonTexts.ts";
import { smallValues } from "../testing/randomSchemas.ts";
import { languageOf } from "../testing/schemaLanguage.ts";
import { UnsupportedSchemaError } from "./errors.ts";

const texts = smallValues.flatMap(orders);
const whole = { type: "integer" };
const text = { type: "string" };
const list = { type: "array", items: whole };
const named = { type: "object", properties: { a: whole, b: text } };
const closed = { ...named, required: ["b"], additionalProperties: false };
const ref = { $ref: "#/$defs/inner" };

const schemas: readonly (readonly [name: string, schema: object])[] = [
  ["any value", {}],
  ["annotations alone", { title: "anything", "x-note": 1 }],
  ["any object", { type: "object" }],
  ["properties", named],
  ["properties of values of any type", { properties: { a: whole }, required: ["b"] }],
  ["no others", closed],
  ["others of a schema", { ...named, additionalProperties: { type: "null" } }],
  [
    "a name asked for that is one of the others",
    { ...named, required: ["c"], additionalProperties: { type: "array" } },
  ],
  ["a name asked for that cannot be", { ...named, required: ["c"], additionalProperties: false }],
  ["a name without values", { type: "object", properties: { a: false, b: text } }],
  ["items", list],
  ["one item at least", { ...list, minItems: 1 }],
  ["no items", { type: "array", items: false }],
  ["a reference", ref],
  ["any of scalars and parts", { anyOf: [text, { type: "null" }, list, closed] }],
  ["any of one value", { anyOf: [{ anyOf: [{ anyOf: [ref] }] }] }],
  [
    "one of branches that are apart",
    { oneOf: [text, list, closed, { type: "object", required: ["c"], properties: { b: false } }] },
  ],
  ["one of branches that are not", { oneOf: [named, closed, whole, { type: "number" }] }],
  ["a list of words", { enum: ["a", "ab", "b", ""] }],
];

describe("a plain schema", () => {
  it.each(schemas)("of %s takes what it takes beside others", (_, schema) => {
    const $defs = { inner: { type: "object", properties: { a: ref }, additionalProperties: { anyOf: [ref, whole] } } };
    const [alone, together] = [
      languageOf({ ...schema, $defs }),
      languageOf({ allOf: [schema, true], not: false, $defs }),
    ];
    const accepted = texts.filter(alone);
    expect(accepted).toEqual(texts.filter(together));
  });

  it.each<[schema: object, pointer: string]>([
    [{ $ref: "#" }, ""],
    [
      { properties: { a: { $ref: "#/properties/b" }, b: { anyOf: [{ type: "null" }, { $ref: "#/properties/a" }] } } },
      "/properties/a",
    ],
    [{ type: "array", items: { $ref: "#/items" } }, "/items"],
  ])("that applies itself to the same value is refused: %j", (schema, pointer) => {
    let error: unknown;
    try {
      languageOf(schema);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UnsupportedSchemaError);
    expect(error).toMatchObject({ keyword: "$ref", pointer, reason: "the schema applies itself to the same value" });
  });
});
