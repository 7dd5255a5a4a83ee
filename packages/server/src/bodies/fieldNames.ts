/**
 * What a field of the engine may be called in a JSON body: its own name, the same in snake case, which for most is
 * vLLM's, and what other engines call it where they mean the same.
 */
import { foreignNames } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import type { JsonSchema } from "./jsonSchema.ts";

type Body = Readonly<Record<string, unknown>>;

const aliases = new Map<string, string[]>();
for (const [name, { ours, isAlias }] of Object.entries(foreignNames)) {
  if (isAlias && ours !== undefined) aliases.set(ours, [...(aliases.get(ours) ?? []), name]);
}

/** `topNSigma` → `top_n_sigma`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** All names of a field, the engine's first. */
export function namesOf(name: string): readonly string[] {
  return [...new Set([name, snakeCase(name), ...(aliases.get(name) ?? [])])];
}

/** The name under which the body has the field. */
export function givenName(body: Body, name: string): string | undefined {
  return namesOf(name).find((one) => body[one] !== undefined);
}

/** The field under whichever of its names, as the engine takes it. @throws ApiError if it is there twice. */
export function fieldOf(body: Body, name: string): unknown {
  const given = namesOf(name).filter((one) => body[one] !== undefined);
  const [first, second] = given;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    throw new ApiError(400, `"${first}" and "${second}" are the same: give one`, { param: first });
  }
  const convert = Object.hasOwn(foreignNames, first) ? foreignNames[first]!.convert : undefined;
  return convert ? convert(body[first]) : body[first];
}

/** The schema of a field under all of its names. */
export function namedFields(name: string, schema: JsonSchema): Record<string, JsonSchema> {
  const snake = snakeCase(name);
  const fields: Record<string, JsonSchema> = { [snake]: schema };
  for (const other of namesOf(name)) {
    const engines = Object.hasOwn(foreignNames, other) ? `, as in ${foreignNames[other]!.engines.join(", ")}` : "";
    if (other !== snake) fields[other] = { ...schema, description: `The same as ${snake}${engines}.` };
  }
  return fields;
}
