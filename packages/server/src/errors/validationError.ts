/** What a JSON schema refused, in our words: name, expectation, value. */
import { remedyOf, show } from "@tokenmill/check";
import { ApiError } from "./apiError.ts";

/** What messages are made of. */
interface Schema {
  readonly "x-expected"?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
}

/** One finding of Ajv in verbose mode. */
interface Finding {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly parentSchema?: Schema;
}

interface ValidationFailure extends Error {
  readonly validation: readonly Finding[];
}

export function isValidationFailure(error: unknown): error is ValidationFailure {
  return error instanceof Error && "validation" in error && Array.isArray(error.validation);
}

export function validationError({ validation }: ValidationFailure): ApiError {
  const { instancePath, keyword, message, params, data, parentSchema = {} } = mostTelling(validation);
  const path = pathOf(instancePath);
  const fieldOf = (name: string): string => (path === "" ? name : `${path}.${name}`);
  if (keyword === "additionalProperties" || keyword === "required") {
    const properties = parentSchema.properties ?? {};
    // An object of another kind: its tag says more than what its fields lack.
    const given = data as Readonly<Record<string, unknown>>;
    const tag = Object.keys(properties).find((name) => {
      const { enum: tags } = properties[name]!;
      return tags && given[name] !== undefined && !tags.includes(given[name]);
    });
    if (tag !== undefined) return wrongValue(fieldOf(tag), properties[tag]!, given[tag]);
    if (keyword === "additionalProperties") {
      const name = String(params["additionalProperty"]);
      return unknownField(fieldOf(name), name, Object.keys(properties));
    }
    const param = fieldOf(String(params["missingProperty"]));
    return new ApiError(400, `"${param}" is missing`, { param, code: "missing_required_parameter" });
  }
  return wrongValue(path, parentSchema, data, message?.replace(/^must be /, ""));
}

/** The first finding. Of alternatives all are there, then the one that sums them up: the only one that came into the value says more. */
function mostTelling(findings: readonly Finding[]): Finding {
  const sum = findings.findLast(({ keyword }) => keyword === "anyOf");
  if (!sum) return findings[0]!;
  const inside = findings.filter(({ instancePath }) => instancePath.startsWith(`${sum.instancePath}/`));
  return inside.length === 1 ? inside[0]! : sum;
}

function wrongValue(path: string, schema: Schema, data: unknown, otherwise = "another value"): ApiError {
  const { "x-expected": expected = otherwise } = schema;
  if (path === "") return new ApiError(400, `the body expected ${expected}, got ${show(data)}`);
  const words = [schema, ...(schema.anyOf ?? [])].flatMap((one) => one.enum ?? []);
  const known = words.filter((word) => typeof word === "string" && word !== "") as readonly string[];
  // Where there is but one it has been named.
  const remedy = typeof data === "string" && known.length > 1 ? remedyOf(data, known) : "";
  const message = `"${path}" expected ${expected}, got ${show(data)}${remedy}`;
  return new ApiError(400, message, { param: path, code: "invalid_value" });
}

function unknownField(param: string, name: string, known: readonly string[]): ApiError {
  const shown = param.length > 100 ? `${param.slice(0, 100)}…` : param;
  return new ApiError(400, `unknown field "${shown}"${remedyOf(name, known)}`, {
    param: shown,
    code: "unknown_parameter",
  });
}

/** `/messages/0/content` → `messages[0].content`. */
function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`), "");
}
