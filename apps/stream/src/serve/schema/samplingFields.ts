/**
 * The engine's sampling parameters as fields of a JSON body, made from the parameter table: each under its own name and
 * in snake case, which for most is vLLM's name. Types and ranges of numbers are checked by the schema, the rest by the engine.
 */
import { type Parameter, type ParameterKind, parameters, type SamplingParams } from "@tokenmill/core";
import { rangeText } from "@tokenmill/core/internal";
import { ApiError } from "../errors/apiError.ts";
import { bigInteger, type JsonSchema } from "./jsonSchema.ts";
import { rangeSchema } from "./rangeSchema.ts";

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

const tokenId: JsonSchema = { type: "integer", minimum: 0 };

function schemaOf(parameter: Parameter): JsonSchema {
  const { name, kind, expected, description, choices, range, mostItems } = parameter;
  const words = `${description}; ${expected}`;
  switch (kind) {
    case "number":
    case "integer": {
      // Every parameter of these kinds has its range as data.
      if (name !== "topK") return { ...rangeSchema(range!), description: words, "x-expected": expected };
      const wider = { ...range!, least: -1 };
      return { ...rangeSchema(wider), description: `${words}; -1 is off too`, "x-expected": rangeText(wider) };
    }
    case "choice":
      return { type: "string", enum: choices ?? [], description: words, "x-expected": expected };
    case "integers": {
      const most = mostItems === undefined ? {} : { maxItems: mostItems };
      return { type: "array", items: rangeSchema(range!), ...most, description: words, "x-expected": expected };
    }
    case "tokenIds":
      return { type: "array", items: tokenId, description: words, "x-expected": expected };
    case "boolean":
      return { type: "boolean", description: words, "x-expected": expected };
    case "tokenSequences":
      return {
        type: "array",
        items: { anyOf: [{ type: "array", items: tokenId, minItems: 1 }, { type: "string" }] },
        maxItems: mostSequences,
        description: `${words}; a text stands for its tokens, with and without a space before it; at most ${mostSequences}`,
        "x-expected": `array of at most ${mostSequences} token-id arrays or texts`,
      };
    case "stages":
      return { type: "array", items: { type: "string" }, description: words, "x-expected": expected };
    case "bias":
      return {
        type: "object",
        additionalProperties: { ...rangeSchema(range!), "x-expected": rangeText(range!) },
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
