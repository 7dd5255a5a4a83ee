/** Schemas of single values. */
import { byField, type Field, type Schema } from "./field.ts";

export const positive: Schema = { type: "number", exclusiveMinimum: 0 };
export const notNegative: Schema = { type: "number", minimum: 0 };
export const share: Schema = { type: "number", minimum: 0, maximum: 1 };
export const count: Schema = { type: "integer", minimum: 1 };
export const text: Schema = { type: "string", minLength: 1 };
export const yesOrNo: Schema = { type: "boolean" };
export const anyObject: Schema = { type: "object" };
export const integer = (minimum: number, maximum: number): Schema => ({ type: "integer", minimum, maximum });
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
export const listOf = (items: Schema, minItems = 1): Schema => ({ type: "array", items, minItems });

const required = (schema: Schema): Field<unknown> => ({ schema, isRequired: true });
const cut = { min: { schema: notNegative }, max: { schema: notNegative } };

/** A number, or a law (`laws.ts`). */
export const distribution: Schema = {
  description: "a number, or a law",
  if: { type: "object" },
  // A keyword of JSON schema.
  // oxlint-disable-next-line unicorn/no-thenable
  then: byField("kind", {
    uniform: { min: required(notNegative), max: required(notNegative) },
    normal: { mean: required(notNegative), deviation: required(notNegative), ...cut },
    lognormal: { median: required(positive), sigma: required(notNegative), ...cut },
    exponential: { mean: required(notNegative), ...cut },
    choice: { values: required(listOf(notNegative)), weights: { schema: listOf(notNegative) } },
  }),
  else: notNegative,
};
