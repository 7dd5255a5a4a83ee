/** What a number is a multiple of, said by several keywords: arithmetic judges. */
import { describe, expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { ByteEngine } from "../testing/byteEngine.ts";
import { randomFrom } from "../testing/randomNumbers.ts";
import { languageOf } from "../testing/schemaLanguage.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

interface Case {
  readonly schema: object;
  readonly holds: (value: number) => boolean;
}

const of = (divisor: number): Case => ({
  schema: { multipleOf: divisor },
  holds: (value) => Number.isInteger(value / divisor),
});
const not = ({ schema, holds }: Case): Case => ({ schema: { not: schema }, holds: (value) => !holds(value) });
const any = (...cases: Case[]): Case => ({
  schema: { anyOf: cases.map(({ schema }) => schema) },
  holds: (value) => cases.some(({ holds }) => holds(value)),
});
const all = (...cases: Case[]): Case => ({
  schema: { allOf: cases.map(({ schema }) => schema) },
  holds: (value) => cases.every(({ holds }) => holds(value)),
});

const hidden = all(any(of(33), of(12), of(77)), any(all(not(of(6)), not(of(7))), of(44)), any(not(of(11)), of(13)));

describe("multiples", () => {
  it.each<[what: string, given: Case]>([
    ["of two numbers", all(of(4), of(6))],
    ["of one and not of another", all(of(4), not(of(6)))],
    ["of none of two", all(not(of(4)), not(of(6)))],
    ["of no even number", all(not(of(4)), not(of(2)))],
    ["of one of two, and of a third", all(any(of(4), of(6)), of(5))],
    ["of one of two that leave out a third", all(any(of(2), of(3)), not(of(4)))],
    ["of a decimal and a whole number", all(of(0.5), not(of(3)), of(2))],
    ["of many, by way of alternatives", all(hidden, not(of(4)))],
  ])("%s", (_, { schema, holds }) => {
    const [takes, takesWhole] = [languageOf({ ...schema, type: "number" }), languageOf({ ...schema, type: "integer" })];
    for (let value = -60; value <= 200; value++) {
      const found = [takesWhole(String(value)), takes(String(value)), takes(`${value}.5`)];
      expect([value, ...found]).toEqual([value, holds(value), holds(value), holds(Number(`${value}.5`))]);
    }
  });

  it("of which few remain are found within 10,000 steps", () => {
    const schema = { type: "number", ...all(hidden, not(of(429))).schema, exclusiveMaximum: -100_000 };
    const budget = new Budget("jsonSchema", { steps: 10_000 });
    expect(compileJsonSchema(schema, { budget }).rules.lexemes).toHaveLength(1);
    const takes = languageOf(schema);
    expect(["-104104", "-108108", "-204204", "-100100", "104104", "-4004"].map(takes)).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it.each<[divisor: number, bounds: object]>([
    [86_400_000, {}],
    [123_456_789, {}],
    [1_099_511_627_775, {}],
    [1000, { exclusiveMinimum: 0, maximum: 1_000_000_000 }],
    [86_400, { minimum: 0.01, maximum: 999_999.99 }],
  ])("of %i with bounds %j are written, exact as doubles", (divisor, bounds) => {
    const random = randomFrom(divisor);
    for (const type of ["integer", "number"]) {
      const engine = new ByteEngine(compileJsonSchema({ type, multipleOf: divisor, ...bounds }).rules);
      const texts = Array.from({ length: 20 }, (_, i) => engine.write(random, 2 + i));
      expect(texts.filter((text) => Number(text) % divisor !== 0)).toEqual([]);
      const taken = ["", ".0", "1"].map((end) => engine.accepts(`${7 * divisor}${end}`));
      expect(taken).toEqual([true, type === "number", false]);
    }
  });

  it("of which none remains are refused", () => {
    const schema = { type: "integer", ...all(of(4), any(of(3), of(5)), not(of(12)), not(of(20))).schema };
    expect(() => compileJsonSchema(schema)).toThrow("some value satisfies");
  });
});
