/** Lists of alternatives that must hold at once: what contradicts another list is left out before a text is looked for. */
import { expect, it } from "vitest";
import { Expressions } from "../regex/expressions.ts";
import { languageOf } from "../testing/schemaLanguage.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

const of = (...patterns: string[]): object => ({ anyOf: patterns.map((pattern) => ({ pattern })) });
const not = (pattern: string): object => ({ not: { pattern } });
const any = (...anyOf: object[]): object => ({ anyOf });

it("alternatives that contradict others are no part of the texts", () => {
  const expressions = new Expressions();
  const lexemesOf = (...allOf: object[]): number[] =>
    compileJsonSchema({ type: "string", allOf }, {}, expressions).rules.lexemes.map(({ expression }) => expression);
  const ends = of("x$", "y$");
  const begins = of("^a", "^b");
  const apart = any({ allOf: [not("^a"), not("^b")] }, { pattern: "^c" }, { pattern: "1" }, { pattern: "2" });
  expect(lexemesOf(begins, ends, apart)).toEqual(lexemesOf(begins, ends, of("1", "2")));
});

it.each<[what: string, allOf: object[], accepted: string[], refused: string[]]>([
  ["some", [of("^a", "^b"), of("b$", "c$"), { maxLength: 2 }], ["ab", "ac", "b"], ["a", "abc", "cc"]],
  ["one after the other", [of("^a", "^b"), of("^bx", "^cx"), of("^c", "^b.y")], ["bxy", "bxyz"], ["ax", "bx", "cx"]],
  ["lengths alone", [any({ minLength: 3 }, { maxLength: 1 }), any({ minLength: 5 }, { maxLength: 2 })], ["a"], ["ab"]],
])("what is left out changes nothing, %s", (_, allOf, accepted, refused) => {
  const takes = languageOf({ type: "string", allOf });
  const found = [...accepted, ...refused].map((text) => takes(JSON.stringify(text)));
  expect(found).toEqual([...accepted.map(() => true), ...refused.map(() => false)]);
});

it("alternatives of which none can hold are refused", () => {
  const schema = { type: "string", allOf: [of("^a", "^b"), of("^c", "^d")] };
  expect(() => compileJsonSchema(schema)).toThrow("some value satisfies");
});
