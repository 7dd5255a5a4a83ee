/**
 * The engine's sampling parameters as fields of a JSON body, made from the parameter table, each under all of its names.
 * Types and ranges of numbers are checked by the schema, the rest by the engine.
 */
import { type Parameter, parameters, samplerNames, type SamplingParams, seedBits } from "@tokenmill/core";
import { rangeText } from "@tokenmill/core/internal";
import { ApiError } from "../errors/apiError.ts";
import { type BodyFields, numbersIn } from "./bodyFields.ts";
import { fieldOf, namedFields } from "./fieldNames.ts";
import { bigInteger, type JsonSchema } from "./jsonSchema.ts";
import { rangeSchema } from "./rangeSchema.ts";

/** Parameters that the APIs spell in their own way. */
const handled: readonly string[] = ["logprobs", "logprobTokenIds"];

/** What takes the event loop some 10 ms and more to look at is too much for one request. */
const mostSequences = 1024;
const mostBiases = 4096;

/** The schema of every sampling parameter under all of its names, except for some; lists as long as one of `sharers` may have. */
export function samplingFields(except: readonly string[] = [], sharers = 1): Record<string, JsonSchema> {
  const fields: Record<string, JsonSchema> = {};
  for (const parameter of parameters) {
    if (handled.includes(parameter.name) || except.includes(parameter.name)) continue;
    Object.assign(fields, namedFields(parameter.name, schemaOf(parameter, sharers)));
  }
  return fields;
}

const tokenId: JsonSchema = { type: "integer", minimum: 0, "x-expected": "token id" };

function schemaOf(parameter: Parameter, sharers: number): JsonSchema {
  const [sequences, biases] = [mostSequences / sharers, mostBiases / sharers];
  const { kind, expected, description, choices, range, ranges, foreignOff, leastItems = 0, mostItems } = parameter;
  const words = `${description}; ${expected}`;
  switch (kind) {
    case "number":
    case "integer": {
      // Every parameter of these kinds has its range as data.
      if (foreignOff === undefined) return { ...rangeSchema(range!), description: words, "x-expected": expected };
      const wider = range!.type === "integer" ? { ...range!, least: foreignOff } : { ...range!, or: foreignOff };
      const wide = `${rangeText(wider)}${wider.or !== undefined && wider.most === Infinity ? `, or ${wider.or}` : ""}`;
      return { ...rangeSchema(wider), description: `${words}; ${foreignOff} is off too`, "x-expected": wide };
    }
    case "choice":
      return { type: "string", enum: choices ?? [], description: words, "x-expected": expected };
    case "numbers": {
      const items = ranges ? { anyOf: ranges.map(rangeSchema) } : rangeSchema(range!);
      const places = ranges ? { prefixItems: ranges.map(rangeSchema) } : {};
      const least = leastItems > 0 ? { minItems: leastItems } : {};
      const most = mostItems === undefined ? {} : { maxItems: mostItems };
      return { type: "array", items, ...places, ...least, ...most, description: words, "x-expected": expected };
    }
    case "tokenIds": {
      const least = leastItems > 0 ? { minItems: leastItems } : {};
      return { type: "array", items: tokenId, ...least, description: words, "x-expected": expected };
    }
    case "boolean":
      return { type: "boolean", description: words, "x-expected": expected };
    case "tokenSequences": {
      const forms = [tokenId, { type: "array", items: tokenId, minItems: 1 }] as const;
      return {
        type: "array",
        items: {
          anyOf: [...forms, { type: "string", minLength: 1 }],
          "x-expected": "token id, non-empty array of them, or non-empty text",
        },
        maxItems: sequences,
        description: `${words}; a text stands for its tokens, with and without a space before it; at most ${sequences}`,
        "x-expected": `array of at most ${sequences} token-id arrays or texts`,
      };
    }
    case "stages":
      return {
        type: "array",
        items: {
          anyOf: [
            { type: "string", enum: samplerNames },
            { type: "string", pattern: "^custom:." },
          ],
          "x-expected": "stage name or custom:<name>",
        },
        description: `${words}; custom:<name> for a stage that the server was given`,
        "x-expected": expected,
      };
    case "bias":
      return {
        type: "object",
        additionalProperties: { ...rangeSchema(range!), "x-expected": `${rangeText(range!)}, where -100 bans` },
        maxProperties: biases,
        description: `${words}; at most ${biases}`,
        "x-expected": `${expected}, at most ${biases}`,
      };
    case "sequenceBiases": {
      const ids: JsonSchema = { type: "array", items: tokenId, minItems: 1 };
      const places = [ids, rangeSchema(range!)];
      const pair: JsonSchema = {
        type: "array",
        items: { anyOf: places, "x-expected": `non-empty array of token ids, then ${rangeText(range!)}` },
        prefixItems: places,
        minItems: 2,
        maxItems: 2,
        "x-expected": "[ids, bias]",
      };
      const most = mostItems === undefined ? {} : { maxItems: mostItems };
      return { type: "array", items: pair, ...most, description: words, "x-expected": expected };
    }
    case "seed":
      // Keys of watermarks have a range of their own.
      if (range) return { ...rangeSchema(range), description: words, "x-expected": rangeText(range) };
      return bigInteger(`${description}.`, "^-?\\d{1,20}$", "integer in [-2^63, 2^64), a number or a decimal string");
    default:
      return kind satisfies never;
  }
}

const sequenceNames = parameters.filter(({ kind }) => kind === "tokenSequences").map(({ name }) => name);

/** A token id, the ids of a sequence, or a text. */
type TextSequence = string | number | readonly number[];

export type TextSequences = readonly { readonly name: string; readonly sequences: readonly TextSequence[] }[];

/** Parameters of a validated body whose token sequences are texts, one at least. @throws ApiError if one is given twice. */
export function textSequencesOf(fields: BodyFields): TextSequences {
  return sequenceNames.flatMap((name) => {
    const given = fields.value(name);
    const sequences: readonly unknown[] = Array.isArray(given) ? given : [];
    if (!sequences.some((sequence) => typeof sequence === "string")) return [];
    const typed = sequences.map((one) => (typeof one === "string" || typeof one === "number" ? one : numbersIn(one)));
    return [{ name, sequences: typed }];
  });
}

/** The sampling parameters of a validated body; texts in token sequences are still texts. @throws ApiError if one is given twice. */
export function samplingParamsOf(body: Readonly<Record<string, unknown>>): SamplingParams {
  const params: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const { name } = parameter;
    if (handled.includes(name)) continue;
    const given = fieldOf(body, name);
    const value = given === undefined ? undefined : engineValue(parameter, given);
    if (value !== undefined) params[name] = value;
  }
  return params;
}

function engineValue({ name, foreignOff, off }: Parameter, value: unknown): unknown {
  if (foreignOff !== undefined && value === foreignOff) return off;
  // Undefined: any will do.
  const isSeed = name === "seed" && (typeof value === "number" || typeof value === "string");
  return isSeed ? seedBits(int64Of(name, value)) : value;
}

/** A JSON integer of 64 bits, or a decimal string. @throws ApiError */
export function int64Of(param: string, value: number | string, isSigned = true): bigint {
  const bits = BigInt(value);
  if (bits >= (isSigned ? -(1n << 63n) : 0n) && bits < 1n << 64n) return bits;
  const range = `[${isSigned ? "-2^63" : "0"}, 2^64)`;
  throw new ApiError(400, `"${param}" expected integer in ${range}, got ${value}`, { param });
}
