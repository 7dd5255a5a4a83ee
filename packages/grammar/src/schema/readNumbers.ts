/** Keywords about numbers (JSON Schema validation §6.2); `exclusive…` also as draft 4 and OpenAPI 3.0 have them. */
import { decimalOf } from "../json/decimal.ts";
import type { Formula } from "./formula.ts";
import type { SchemaReader } from "./schemaReader.ts";

export function readNumbers(reader: SchemaReader): Formula[] {
  const { formulas } = reader;
  const found: Formula[] = [];
  for (const [keyword, exclusive, is] of [
    ["minimum", "exclusiveMinimum", "atLeast"],
    ["maximum", "exclusiveMaximum", "atMost"],
  ] as const) {
    const flag = reader.schema[exclusive];
    const bound = reader.number(keyword);
    if (bound !== undefined) {
      found.push(formulas.leaf({ type: "number", is, bound: decimalOf(bound), isExclusive: flag === true }));
    }
    if (typeof flag === "boolean") continue;
    const beyond = reader.number(exclusive);
    if (beyond === undefined) continue;
    found.push(formulas.leaf({ type: "number", is, bound: decimalOf(beyond), isExclusive: true }));
  }
  const divisor = reader.number("multipleOf");
  if (divisor !== undefined) {
    if (divisor <= 0) reader.refuse("multipleOf", "expected a number above 0");
    const origin = reader.originOf("multipleOf");
    found.push(formulas.leaf({ type: "number", is: "multiple", divisor: decimalOf(divisor), origin }));
  }
  return found;
}
