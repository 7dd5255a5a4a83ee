/** Names of properties in images: as texts, of which only those become expressions that an output may come to. */
import { expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { Expressions } from "../regex/expressions.ts";
import { compileJsonSchema } from "../schema/compileJsonSchema.ts";
import { ByteEngine } from "../testing/byteEngine.ts";
import { compileRules } from "./compileRules.ts";

const properties = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, {}]));

it.each([
  ["names alone", {}],
  ["one that needs another", { dependentRequired: { "name 0": ["name 1"] } }],
])("200 names take no expressions of their own, in the store that compiles or in the image: %s", (_, more) => {
  const [, few, many] = [1, 2, 200].map((count) => {
    const expressions = new Expressions();
    const names = Array.from({ length: count }, (_, i) => `name ${i}`);
    const { rules } = compileJsonSchema({ type: "object", properties: properties(names), ...more }, {}, expressions);
    const { nodes, keys } = compileRules(rules, new Budget("jsonSchema"), "jsonSchema");
    return { made: expressions.nodes.count, nodes: nodes.length, names: keys.firstUnits.length - 1 };
  });
  expect(many).toEqual({ ...few, names: 200 });
});

it.each([false, true])("names are read as JSON spells them, blanks between elements: %s", (anyWhitespace) => {
  const names = ["a", 'q"\\', "ä\n", "\u{1f600}", ""];
  const schema = { properties: properties(names), additionalProperties: { type: "null" } };
  const engine = new ByteEngine(compileJsonSchema(schema, { anyWhitespace }).rules);
  for (const name of names) expect(engine.accepts(`{${JSON.stringify(name)}: 1}`)).toBe(true);
  for (const name of ["b", 'q"', "ä", "\u{1f601}"]) {
    expect(engine.accepts(`{${JSON.stringify(name)}: 1}`)).toBe(false);
    expect(engine.accepts(`{${JSON.stringify(name)}: null}`)).toBe(true);
  }
});
