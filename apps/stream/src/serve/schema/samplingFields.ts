/**
 * The engine's sampling parameters as fields of a JSON body, made from the parameter table: each under its own name and
 * in snake case, which for most is vLLM's name. Types are checked by the schema, ranges by the engine.
 */
import { type Parameter, type ParameterKind, parameters, type SamplingParams } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import { bigInteger, type JsonSchema } from "./jsonSchema.ts";

/** Parameters that the APIs spell in their own way. */
const handled: readonly string[] = ["logprobs"];

/** What takes the event loop some 10 ms and more to look at is too much for one request. */
const mostSequences = 1024;
const mostBiases = 4096;

/** `topNSigma` → `top_n_sigma`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The schema of every sampling parameter under both names. */
export function samplingFields(): Record<string, JsonSchema> {
  const fields: Record<string, JsonSchema> = {};
  for (const parameter of parameters) {
    if (handled.includes(parameter.name)) continue;
    const schema = schemaOf(parameter);
    const snake = snakeCase(parameter.name);
    fields[snake] = schema;
    if (snake !== parameter.name) fields[parameter.name] = { ...schema, description: `The same as ${snake}.` };
  }
  return fields;
}

function schemaOf({ name, kind, expected, description, choices }: Parameter): JsonSchema {
  const words = `${description}; ${expected}`;
  switch (kind) {
    case "number":
      return { type: "number", description: words, "x-expected": expected };
    case "integer": {
      const isTopK = name === "topK";
      return {
        type: "integer",
        description: isTopK ? `${words}; -1 is off too` : words,
        "x-expected": isTopK ? "integer ≥ -1" : expected,
      };
    }
    case "choice":
      return { type: "string", enum: choices ?? [], description: words, "x-expected": expected };
    case "integers":
    case "tokenIds":
      return { type: "array", items: { type: "integer" }, description: words, "x-expected": expected };
    case "boolean":
      return { type: "boolean", description: words, "x-expected": expected };
    case "tokenSequences":
      return {
        type: "array",
        items: { anyOf: [{ type: "array", items: { type: "integer" } }, { type: "string" }] },
        maxItems: mostSequences,
        description: `${words}; a text stands for its tokens, with and without a space before it; at most ${mostSequences}`,
        "x-expected": `array of at most ${mostSequences} token-id arrays or texts`,
      };
    case "stages":
      return { type: "array", items: { type: "string" }, description: words, "x-expected": expected };
    case "bias":
      return {
        type: "object",
        additionalProperties: { type: "number", "x-expected": "number in [-100, 100]" },
        maxProperties: mostBiases,
        description: `${words}; at most ${mostBiases}`,
        "x-expected": `${expected}, at most ${mostBiases}`,
      };
    case "seed":
      return bigInteger(
        `${description}. A negative number stands for its 64-bit two's complement.`,
        "^-?\\d{1,20}$",
        "integer of 64 bits, a decimal string where it is no safe integer",
      );
    default:
      return kind satisfies never;
  }
}

/** The sampling parameters of a validated body. @throws ApiError if one is given under both names. */
export function samplingParamsOf(body: Readonly<Record<string, unknown>>): SamplingParams {
  const params: Record<string, unknown> = {};
  for (const { name, kind } of parameters) {
    if (handled.includes(name)) continue;
    const value = fieldOf(body, name);
    if (value !== undefined) params[name] = engineValue(name, kind, value);
  }
  return params;
}

/** The field under its snake-case or camel-case name. @throws ApiError if both are there. */
export function fieldOf(body: Readonly<Record<string, unknown>>, name: string): unknown {
  const snake = snakeCase(name);
  if (snake === name) return body[name];
  if (body[snake] !== undefined && body[name] !== undefined) {
    throw new ApiError(400, `"${name}" and "${snake}" are the same: give one`, { param: name });
  }
  return body[snake] ?? body[name];
}

function engineValue(name: string, kind: ParameterKind, value: unknown): unknown {
  if (name === "topK" && value === -1) return 0;
  if (kind === "seed") return uint64Of(name, value as number | string);
  return value;
}

/** A JSON integer, or a decimal string, as 64 bits without a sign. @throws ApiError */
export function uint64Of(param: string, value: number | string): number | bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new ApiError(400, `"${param}" expected a decimal string, as ${value} is no safe integer`, { param });
  }
  const bits = BigInt(value);
  if (bits < -(1n << 63n) || bits >= 1n << 64n) {
    throw new ApiError(400, `"${param}" expected integer of 64 bits, got ${value}`, { param });
  }
  const unsigned = BigInt.asUintN(64, bits);
  return unsigned <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(unsigned) : unsigned;
}
