/** What a JSON schema refused, in our words: name, expectation, value. */
import { nearestName, show } from "@tokenmill/check";
import { ApiError } from "./apiError.ts";

/** One finding of Ajv in verbose mode. */
interface Finding {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
}

interface ValidationFailure extends Error {
  readonly validation: readonly Finding[];
}

export function isValidationFailure(error: unknown): error is ValidationFailure {
  return error instanceof Error && "validation" in error && Array.isArray(error.validation);
}

export function validationError({ validation }: ValidationFailure): ApiError {
  // Of alternatives all findings are there, and the one that sums them up is last.
  const finding = validation.findLast(({ keyword }) => keyword === "anyOf") ?? validation[0]!;
  const path = pathOf(finding.instancePath);
  const { parentSchema = {}, params, data, keyword } = finding;
  if (keyword === "additionalProperties") {
    const name = String(params["additionalProperty"]);
    return unknownField(path === "" ? name : `${path}.${name}`, name, Object.keys(parentSchema["properties"] ?? {}));
  }
  if (keyword === "required") {
    const name = String(params["missingProperty"]);
    const param = path === "" ? name : `${path}.${name}`;
    return new ApiError(400, `"${param}" is missing`, { param, code: "missing_required_parameter" });
  }
  const stated = parentSchema["x-expected"];
  const expected = typeof stated === "string" ? stated : (finding.message?.replace(/^must be /, "") ?? "another value");
  if (path === "") return new ApiError(400, `the body expected ${expected}, got ${show(data)}`);
  return new ApiError(400, `"${path}" expected ${expected}, got ${show(data)}`, { param: path, code: "invalid_value" });
}

function unknownField(param: string, name: string, known: readonly string[]): ApiError {
  const nearest = nearestName(name, known);
  const remedy = nearest === undefined ? "" : `, did you mean "${nearest}"?`;
  const shown = param.length > 100 ? `${param.slice(0, 100)}…` : param;
  return new ApiError(400, `unknown field "${shown}"${remedy}`, { param: shown, code: "unknown_parameter" });
}

/** `/messages/0/content` → `messages[0].content`. */
function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`), "");
}
