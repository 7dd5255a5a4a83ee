/** `response_format`, vLLM's `guided_*` and `structured_outputs`, and the engine's own names, as the engine's grammar fields. */
import type { GenerateRequest, GrammarForm } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import { isRecord, type RawBody, textsIn } from "./bodyFields.ts";
import { boolean, type JsonSchema, string } from "./jsonSchema.ts";

type GrammarFields = Pick<GenerateRequest, GrammarForm>;

const jsonSchemaField: JsonSchema = {
  anyOf: [{ type: "object" }, { type: "boolean" }, { type: "string" }],
  description: "The output is JSON that this schema (or JSON text of one) accepts.",
  "x-expected": "JSON schema",
};
const grammarField: JsonSchema = string(
  "The output is text of this grammar: EBNF as XGrammar and llama.cpp have it, from its rule root, or Lark, from start.",
);
const regexField: JsonSchema = string(
  "The output is text that ^(?:regex)$ matches, as JavaScript reads it with the flag u; lookbehinds of one character, no backreferences.",
);
const choiceField: JsonSchema = {
  type: "array",
  items: { type: "string" },
  minItems: 1,
  description: "The output is one of these texts.",
  "x-expected": "non-empty array of strings",
};
const structuralTagField: JsonSchema = {
  anyOf: [{ type: "object" }, { type: "string" }],
  description:
    "The output is free text with structural tags in it, in one of XGrammar's two forms (or JSON text of one).",
  "x-expected": "structural tag",
};
const tagParts: Readonly<Record<string, JsonSchema>> = {
  format: { type: "object", description: "With type structural_tag.", "x-expected": "an object with a type" },
  structures: {
    type: "array",
    items: { type: "object" },
    description: "With type structural_tag: begin, schema and end of each tag.",
    "x-expected": "array of objects",
  },
  triggers: {
    type: "array",
    items: { type: "string" },
    description: "With type structural_tag: what the tags begin with.",
    "x-expected": "array of strings",
  },
};

/** Fields of vLLM's `structured_outputs` that say how, not what; value: what each may be here. */
const settings: Readonly<Record<string, { readonly only: unknown; readonly why: string }>> = {
  whitespace_pattern: { only: undefined, why: "white space is that of one line" },
  disable_fallback: { only: true, why: "there is one engine" },
  disable_any_whitespace: { only: true, why: "white space is that of one line" },
  disable_additional_properties: { only: false, why: "a schema says it for itself by additionalProperties" },
};

export const structuredFields: Readonly<Record<string, JsonSchema>> = {
  response_format: {
    type: "object",
    properties: {
      type: {
        type: "string",
        enum: ["text", "json_object", "json_schema", "structural_tag"],
        "x-expected": '"text", "json_object", "json_schema" or "structural_tag"',
      },
      json_schema: {
        type: "object",
        properties: {
          name: string("Has no effect."),
          description: string("Has no effect."),
          schema: jsonSchemaField,
          strict: {
            type: "boolean",
            description: "Has no effect: a schema is always kept to.",
            "x-expected": "boolean",
          },
        },
        required: ["schema"],
        additionalProperties: false,
        "x-expected": "an object with a schema",
      },
      ...tagParts,
    },
    required: ["type"],
    additionalProperties: false,
    description: "The form of the output.",
    "x-expected": "an object with a type",
  },
  guided_json: jsonSchemaField,
  guided_choice: choiceField,
  guided_grammar: grammarField,
  guided_regex: regexField,
  structured_outputs: {
    type: "object",
    properties: {
      json: jsonSchemaField,
      regex: regexField,
      choice: choiceField,
      grammar: grammarField,
      json_object: boolean("The output is a JSON object."),
      structural_tag: structuralTagField,
      whitespace_pattern: string("Is refused."),
      disable_fallback: boolean("Only true."),
      disable_any_whitespace: boolean("Only true."),
      disable_additional_properties: boolean("Only false."),
    },
    additionalProperties: false,
    description: "The form of the output, as vLLM has it.",
    "x-expected": "an object with one of json, regex, choice, grammar, json_object and structural_tag",
  },
  json_schema: jsonSchemaField,
  jsonSchema: jsonSchemaField,
  grammar: grammarField,
  regex: regexField,
  choice: choiceField,
  structural_tag: structuralTagField,
  structuralTag: structuralTagField,
};

/** The form that a body asks for. */
export interface StructuredOutput {
  /** The field that asks for it. */
  readonly param: string;
  readonly fields: GrammarFields;
}

/** @throws ApiError for more than one. */
export function structuredOutputOf(body: RawBody): StructuredOutput | undefined {
  const given = Object.keys(structuredFields).flatMap((param): StructuredOutput[] => {
    const fields = body[param] === undefined ? undefined : fieldsOf(param, body[param]);
    return fields ? [{ param, fields }] : [];
  });
  const [first, second] = given;
  if (!first || !second) return first;
  const message = `"${second.param}" expected nothing beside "${first.param}": an output has one form`;
  throw new ApiError(400, message, { param: second.param });
}

function fieldsOf(param: string, value: unknown): GrammarFields | undefined {
  switch (param) {
    case "response_format":
      return responseFormat(recordOf(value));
    case "structured_outputs":
      return structuredOutputs(recordOf(value));
    case "guided_choice":
    case "choice":
      return { choice: textsIn(value) };
    case "guided_grammar":
    case "grammar":
      return { grammar: String(value) };
    case "guided_regex":
    case "regex":
      return { regex: String(value) };
    case "structural_tag":
    case "structuralTag":
      return { structuralTag: value };
    default:
      return { jsonSchema: value };
  }
}

function recordOf(value: unknown): RawBody {
  return isRecord(value) ? value : {};
}

/** By the type of a `response_format`, what stands beside it. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  json_schema: ["json_schema"],
  structural_tag: Object.keys(tagParts),
};

function responseFormat(given: RawBody): GrammarFields | undefined {
  const { type, json_schema, ...parts } = given;
  const own = ["type", ...(partsOf[String(type)] ?? [])];
  const foreign = Object.keys(given).find((name) => !own.includes(name));
  if (foreign !== undefined) {
    const param = `response_format.${foreign}`;
    throw new ApiError(400, `"${param}" expected nothing beside type "${String(type)}"`, { param });
  }
  if (type === "text") return undefined;
  if (type === "json_object") return { jsonSchema: { type: "object" } };
  if (type === "structural_tag") return { structuralTag: { type, ...parts } };
  if (isRecord(json_schema)) return { jsonSchema: json_schema["schema"] };
  const param = "response_format.json_schema";
  throw new ApiError(400, `"${param}" is missing`, { param, code: "missing_required_parameter" });
}

function structuredOutputs(given: RawBody): GrammarFields {
  const param = "structured_outputs";
  const forms = Object.entries(given).filter(([name, value]) => {
    const setting = settings[name];
    if (setting && value !== setting.only) {
      const place = `${param}.${name}`;
      throw new ApiError(400, `"${place}" is not supported: ${setting.why}`, {
        param: place,
        code: "unsupported_parameter",
      });
    }
    return !setting && !(name === "json_object" && value === false);
  });
  const [form] = forms;
  if (!form || forms.length > 1) {
    const got = forms.map(([name]) => name).join(" and ") || "none";
    const message = `"${param}" expected one of json, regex, choice, grammar, json_object and structural_tag, got ${got}`;
    throw new ApiError(400, message, { param });
  }
  const [name, value] = form;
  return name === "json_object" ? { jsonSchema: { type: "object" } } : fieldsOf(name, value)!;
}
