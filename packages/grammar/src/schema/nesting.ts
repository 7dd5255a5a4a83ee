/** Schemas for the same value inside each other: neither in a circle, nor too deep. */
import { UnsupportedSchemaError } from "./errors.ts";
import type { Formula, SchemaFormula } from "./formula.ts";

const deepest = 200;

/** @param open those that the formula is inside of @throws UnsupportedSchemaError */
export function checkNesting(open: ReadonlySet<Formula>, formula: SchemaFormula): void {
  const { pointer } = formula.location;
  if (open.has(formula)) {
    throw new UnsupportedSchemaError("$ref", pointer, "the schema applies itself to the same value");
  }
  if (open.size >= deepest) {
    throw new UnsupportedSchemaError("allOf", pointer, `more than ${deepest} schemas inside each other for one value`);
  }
}
