/** What a thread has found of a schema before says nothing of others. */
import { expect, it } from "vitest";
import { Expressions } from "../regex/expressions.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

/** What spells the first lexeme, or why there is none; all share their expressions. */
function lexemesOf(schemas: readonly unknown[]): (number | string)[] {
  const expressions = new Expressions();
  return schemas.map((schema) => {
    try {
      const [lexeme] = compileJsonSchema(schema, {}, expressions).rules.lexemes;
      return lexeme!.expression;
    } catch (error) {
      return (error as Error).message;
    }
  });
}

it("the draft tells schemas apart", () => {
  const expressions = new Expressions();
  const takesNull = (more: object): boolean => {
    const schema = { ...more, properties: { a: { type: "string", nullable: true } }, additionalProperties: false };
    const { lexemes } = compileJsonSchema({ type: "object", ...schema }, {}, expressions).rules;
    return lexemes.some(({ expression }) => expressions.accepts(expression, new TextEncoder().encode("null")));
  };
  expect(takesNull({})).toBe(true);
  expect(takesNull({ $schema: "https://json-schema.org/draft/2020-12/schema" })).toBe(false);
});

it("numbers beyond all doubles are refused after null as before", () => {
  const large = JSON.parse('{"enum": [1e400]}') as unknown;
  const [alone] = lexemesOf([large]);
  expect(alone).toEqual(expect.any(String));
  expect(lexemesOf([{ enum: [null] }, large])[1]).toBe(alone);
});

it("what is refused is refused each time, with its place", () => {
  const schema = { properties: { a: { type: "string", pattern: "(?<=ab)" } } };
  const messages = lexemesOf([schema, { properties: { b: schema.properties.a } }]);
  expect(messages[0]).toContain('"pattern" at "/properties/a": expected nothing but');
  expect(messages[1]).toContain('"pattern" at "/properties/b": expected nothing but');
});
