/** Formats of which only some texts are written: the others are never taken for texts that are not of the format. */
import { describe, expect, it } from "vitest";
import { languageOf } from "../testing/schemaLanguage.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

const regex = { type: "string", format: "regex" };
/** A regular expression, but not one that is written for the format. */
const nested = { type: "string", pattern: "^[(]{6}a[)]{6}$" };
const property = (value: object): object => ({ type: "object", properties: { p: value }, required: ["p"] });

describe("format regex", () => {
  it("holds beside other keywords", () => {
    const accepts = languageOf({ ...regex, minLength: 2, pattern: "a" });
    expect(['"a+"', '"(a|b)*"', '"[a-z]"'].filter((text) => !accepts(text))).toEqual([]);
    expect(['"a"', '"b+"', '"(a"', '"a**"'].filter((text) => accepts(text))).toEqual([]);
  });

  it("holds for names", () => {
    const accepts = languageOf({ type: "object", propertyNames: { format: "regex" } });
    expect([accepts('{"a+": 1}'), accepts('{"a**": 1}'), accepts('{"(": 1}')]).toEqual([true, false, false]);
  });

  it("tells alternatives apart by type", () => {
    const accepts = languageOf({ oneOf: [regex, { type: "integer" }, property(regex)] });
    expect(['"a"', "1", '{"p": "a"}', '"("', '{"p": "("}'].map((text) => accepts(text))).toEqual([
      ...[true, true, true],
      ...[false, false],
    ]);
  });

  it.each([
    [{ not: regex }, ["1", "{}"], ['"("', '"a"']],
    [{ oneOf: [regex, nested] }, ['"a"'], ['"((((((a))))))"', '"("']],
    [{ oneOf: [property(regex), property(nested)] }, ['{"p": "a"}'], ['{"p": "((((((a))))))"}']],
    [{ type: "object", propertyNames: { not: { format: "regex" } } }, ["{}"], ['{"a": 1}', '{"(": 1}']],
    // what one property implies is not taken as said by the other
    [
      {
        properties: { k: { const: 1 }, p: { type: "string" } },
        anyOf: [{ required: ["k"], properties: { p: regex } }, { not: { required: ["k"] } }],
      },
      ['{"k": 1, "p": "a"}', '{"p": "("}'],
      ['{"k": 1, "p": "("}'],
    ],
    [
      {
        properties: { p: { type: "object" }, k: { const: 1 } },
        anyOf: [{ properties: { p: { propertyNames: { format: "regex" } } } }, { not: { required: ["k"] } }],
      },
      ['{"p": {"a": 1}, "k": 1}', '{"p": {"(": 1}}'],
      ['{"p": {"(": 1}, "k": 1}'],
    ],
    [
      {
        type: "object",
        anyOf: [{ propertyNames: { format: "regex" } }, { not: { propertyNames: { format: "regex" } } }],
      },
      ['{"a": 1}', "{}"],
      ['{"(": 1}'],
    ],
  ] as [schema: object, accepted: string[], refused: string[]][])(
    "leaves out what is not known to be none: %j",
    (schema, accepted, refused) => {
      const accepts = languageOf(schema);
      expect(accepted.filter((text) => !accepts(text))).toEqual([]);
      expect(refused.filter((text) => accepts(text))).toEqual([]);
    },
  );

  it.each([
    { type: "string", not: { format: "regex" } },
    { type: "object", not: { propertyNames: { format: "regex" } } },
    { type: "object", propertyNames: { not: { format: "regex" } }, minProperties: 1 },
    { ...property({ ...regex, not: regex }) },
  ])("is refused where nothing else is left: %j", (schema) => {
    expect(() => compileJsonSchema(schema)).toThrow(
      expect.objectContaining({
        name: "UnsupportedSchemaError",
        keyword: "format",
        reason: expect.stringContaining("not of it"),
      }),
    );
  });
});
