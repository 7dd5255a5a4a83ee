import { describe, expect, it } from "vitest";
import { chatSchema } from "./chatSchema.ts";
import { completionSchema } from "./completionSchema.ts";
import type { JsonSchema } from "./jsonSchema.ts";
import { withoutNulls } from "./withoutNulls.ts";

/** A value of the schema in which every object has all of its fields, each null, or once more with fields that are not. */
function full(schema: JsonSchema, isNull: boolean): unknown {
  const form = schema.anyOf?.findLast(({ type }) => type === "object" || type === "array") ?? schema;
  if (form.type === "array") return form.items ? [full(form.items, isNull)] : [null];
  if (form.type === "object" && form.properties) {
    const fields = Object.entries(form.properties);
    return Object.fromEntries(fields.map(([name, field]) => [name, isNull ? null : full(field, true)]));
  }
  return form.type === "object" ? { theirs: null } : 1;
}

interface Place {
  readonly path: string;
  /** Whether the schema names its fields. */
  readonly isDescribed: boolean;
  readonly hasNull: boolean;
}

/** All objects of a value. */
function placesOf(path: string, value: unknown, schema: JsonSchema | undefined): Place[] {
  const form = schema?.anyOf?.findLast(({ type }) => type === "object" || type === "array") ?? schema;
  if (Array.isArray(value)) return value.flatMap((item) => placesOf(`${path}[]`, item, form?.items));
  if (typeof value !== "object" || value === null) return [];
  const fields = Object.entries(value);
  return [
    { path, isDescribed: form?.properties !== undefined, hasNull: fields.some(([, field]) => field === null) },
    ...fields.flatMap(([name, field]) => placesOf(`${path}.${name}`, field, form?.properties?.[name])),
  ];
}

describe.each([
  ["completions", completionSchema],
  ["chat completions", chatSchema],
])("nulls of %s", (_name, schema) => {
  it("are dropped in every object that the schema describes, and kept in the client's own", () => {
    const places = placesOf("", withoutNulls(full(schema, false), schema), schema);
    expect(places.filter(({ isDescribed, hasNull }) => isDescribed === hasNull)).toEqual([]);
    const described = places.filter(({ isDescribed }) => isDescribed).map(({ path }) => path);
    const own = places.filter(({ isDescribed }) => !isDescribed).map(({ path }) => path);
    for (const path of ["", ".stream_options", ".response_format"]) expect(described).toContain(path);
    for (const path of [".metadata", ".logit_bias", ".json_schema"]) expect(own).toContain(path);
  });

  it("of fields inside fields are dropped too", () => {
    const format = { type: "json_schema", json_schema: { name: "x", strict: null, schema: { const: null } } };
    expect(withoutNulls({ response_format: format, other: null }, schema)).toEqual({
      response_format: { type: "json_schema", json_schema: { name: "x", schema: { const: null } } },
    });
  });

  it("that are not there leave the body as it is", () => {
    const body = { stream_options: { include_usage: true }, stop: ["a"], metadata: { a: null } };
    expect(withoutNulls(body, schema)).toBe(body);
  });
});

it("of no schema stay", () => {
  expect(withoutNulls({ a: null }, undefined)).toEqual({ a: null });
});
