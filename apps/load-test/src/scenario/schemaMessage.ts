/** What the scenario's schema refused, in our words. */
import { remedyOf } from "@tokenmill/check";
import type { ErrorObject } from "ajv/dist/2020.js";
import { loadFields } from "./loadFields.ts";
import { targetFields } from "./targetFields.ts";

/** Parts that have kinds: the field that says which, and the fields of each. */
const kinds: Readonly<Record<string, { readonly tag: string; readonly fields: Readonly<Record<string, object>> }>> = {
  target: { tag: "type", fields: targetFields },
  load: { tag: "mode", fields: loadFields },
};

/** The most telling error: of a wrong branch of `oneOf`, only what the discriminator did not rule out. */
export function schemaMessage(errors: readonly ErrorObject[], value: unknown, where: string): string {
  const telling = errors.filter(({ keyword }) => !["oneOf", "if", "discriminator"].includes(keyword));
  const lines = (telling.length > 0 ? telling : errors).slice(0, 5).map((error) => explain(error, value));
  return `${where}: ${[...new Set(lines)].join("; ")}`;
}

function explain({ instancePath, keyword, params, message, parentSchema }: ErrorObject, root: unknown): string {
  const path = instancePath.slice(1).replaceAll("/", ".");
  const name = path === "" ? "the scenario" : `"${path}"`;
  const at = (field: string): string => (path === "" ? field : `${path}.${field}`);
  const values = params as Record<string, unknown>;
  const got = instancePath
    .split("/")
    .slice(1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], root);
  switch (keyword) {
    case "additionalProperties":
      return strangeField(
        path,
        String(values["additionalProperty"]),
        got,
        Object.keys(parentSchema?.["properties"] ?? {}),
      );
    case "required":
      return `"${at(String(values["missingProperty"]))}" is missing`;
    case "enum":
      return `${name} expected one of ${(values["allowedValues"] as unknown[]).join(", ")}, got ${JSON.stringify(got)}`;
    case "discriminator":
      return `"${at(String(values["tag"]))}" expected a known ${String(values["tag"])}, got ${JSON.stringify(values["tagValue"])}`;
    case "pattern":
      return `${name} expected ${String(parentSchema?.["description"])}, got ${JSON.stringify(got)}`;
    default:
      return `${name} ${expected(message)}, got ${JSON.stringify(got)}`;
  }
}

/** Ajv's `must be integer`, `must NOT have fewer than 1 items`. */
function expected(message = ""): string {
  return message
    .replace(
      /^must NOT have (fewer|more) than/,
      (_, side: string) => `expected at ${side === "fewer" ? "least" : "most"}`,
    )
    .replace(/^must (be )?/, "expected ");
}

/** @param part of the scenario; "": the whole. `value`: what it is. `known`: the fields that it may have. */
function strangeField(part: string, field: string, value: unknown, known: readonly string[]): string {
  const name = part === "" ? field : `${part}.${field}`;
  const { tag, fields = {} } = kinds[part] ?? {};
  if (tag !== undefined && Object.values(fields).some((kind) => Object.hasOwn(kind, field))) {
    return `"${name}" has no effect with ${tag} ${String((value as Readonly<Record<string, unknown>>)[tag])}`;
  }
  return `unknown field "${name}"${remedyOf(field, known)}`;
}
