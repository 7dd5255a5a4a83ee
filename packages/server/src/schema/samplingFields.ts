/**
 * The engine's sampling parameters as fields of a JSON body, made from the parameter table, each under all of its names.
 * Types and ranges of numbers are checked by the schema, the rest by the engine.
 */
import { type Parameter, parameters, type SamplingParams, seedBits, stages } from "@tokenmill/core";
import { rangeText } from "@tokenmill/core/internal";
import { ApiError } from "../errors/apiError.ts";
import { fieldOf, namedFields } from "./fieldNames.ts";
import { bigInteger, type JsonSchema } from "./jsonSchema.ts";
import { rangeSchema } from "./rangeSchema.ts";

/** Parameters that the APIs spell in their own way. */
const handled: readonly string[] = ["logprobs"];

/** Token sequences that may be given as texts. */
const takingText: readonly string[] = ["badWords", "drySequenceBreakers"];

/** What takes the event loop some 10 ms and more to look at is too much for one request. */
const mostSequences = 1024;
const mostBiases = 4096;

/** Parameters that other engines write −1 for where ours is 0. */
const offBelowZero: readonly string[] = ["topK", "topNSigma"];

/** The schema of every sampling parameter under all of its names. */
export function samplingFields(): Record<string, JsonSchema> {
  const fields: Record<string, JsonSchema> = {};
  for (const parameter of parameters) {
    if (handled.includes(parameter.name)) continue;
    Object.assign(fields, namedFields(parameter.name, schemaOf(parameter)));
  }
  return fields;
}

const tokenId: JsonSchema = { type: "integer", minimum: 0 };

function schemaOf(parameter: Parameter): JsonSchema {
  const { name, kind, expected, description, choices, range, leastItems = 0, mostItems } = parameter;
  const words = `${description}; ${expected}`;
  switch (kind) {
    case "number":
    case "integer": {
      // Every parameter of these kinds has its range as data.
      if (!offBelowZero.includes(name)) return { ...rangeSchema(range!), description: words, "x-expected": expected };
      const wider = range!.type === "integer" ? { ...range!, least: -1 } : { ...range!, or: -1 };
      const wide = `${rangeText(wider)}${wider.or !== undefined && wider.most === Infinity ? `, or ${wider.or}` : ""}`;
      return { ...rangeSchema(wider), description: `${words}; -1 is off too`, "x-expected": wide };
    }
    case "choice":
      return { type: "string", enum: choices ?? [], description: words, "x-expected": expected };
    case "integers": {
      const most = mostItems === undefined ? {} : { maxItems: mostItems };
      return { type: "array", items: rangeSchema(range!), ...most, description: words, "x-expected": expected };
    }
    case "tokenIds": {
      const least = leastItems > 0 ? { minItems: leastItems } : {};
      return { type: "array", items: tokenId, ...least, description: words, "x-expected": expected };
    }
    case "boolean":
      return { type: "boolean", description: words, "x-expected": expected };
    case "tokenSequences": {
      const sequences = [tokenId, { type: "array", items: tokenId, minItems: 1 }] as const;
      const takesText = takingText.includes(name);
      const text = takesText ? "; a text stands for its tokens, with and without a space before it" : "";
      return {
        type: "array",
        items: { anyOf: takesText ? [...sequences, { type: "string" }] : sequences },
        maxItems: mostSequences,
        description: `${words}${text}; at most ${mostSequences}`,
        "x-expected": `array of at most ${mostSequences} token-id arrays${takesText ? " or texts" : ""}`,
      };
    }
    case "stages":
      return {
        type: "array",
        items: {
          anyOf: [
            { type: "string", enum: Object.keys(stages) },
            { type: "string", pattern: "^custom:." },
          ],
        },
        description: `${words}; custom:<name> for a stage that the server was given`,
        "x-expected": expected,
      };
    case "bias":
      return {
        type: "object",
        additionalProperties: { ...rangeSchema(range!), "x-expected": rangeText(range!) },
        maxProperties: mostBiases,
        description: `${words}; at most ${mostBiases}`,
        "x-expected": `${expected}, at most ${mostBiases}`,
      };
    case "seed":
      // Keys of watermarks have a range of their own.
      if (range) return { ...rangeSchema(range), description: words, "x-expected": rangeText(range) };
      return bigInteger(`${description}.`, "^-?\\d{1,20}$", "integer in [-2^63, 2^64), a number or a decimal string");
    default:
      return kind satisfies never;
  }
}

/** The sampling parameters of a validated body. @throws ApiError if one is given twice. */
export function samplingParamsOf(body: Readonly<Record<string, unknown>>): SamplingParams {
  const params: Record<string, unknown> = {};
  for (const { name } of parameters) {
    if (handled.includes(name)) continue;
    const given = fieldOf(body, name);
    const value = given === undefined ? undefined : engineValue(name, given);
    if (value !== undefined) params[name] = value;
  }
  return params;
}

function engineValue(name: string, value: unknown): unknown {
  if (offBelowZero.includes(name) && value === -1) return 0;
  // Undefined: any will do.
  return name === "seed" ? seedBits(int64Of(name, value as number | string)) : value;
}

/** A JSON integer of 64 bits, or a decimal string. @throws ApiError */
export function int64Of(param: string, value: number | string, isSigned = true): bigint {
  const bits = BigInt(value);
  if (bits >= (isSigned ? -(1n << 63n) : 0n) && bits < 1n << 64n) return bits;
  const range = `[${isSigned ? "-2^63" : "0"}, 2^64)`;
  throw new ApiError(400, `"${param}" expected integer in ${range}, got ${value}`, { param });
}
