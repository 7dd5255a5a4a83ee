/** `response_format`, vLLM's `guided_*` and `structured_outputs`, and the engine's own names, as the engine's grammar fields. */
import type { GenerateRequest } from "@tokenmill/core";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { type JsonSchema, object, string } from "../schema/jsonSchema.ts";

type Body = Readonly<Record<string, unknown>>;
type GrammarFields = Pick<GenerateRequest, "jsonSchema" | "grammar" | "regex">;

const jsonSchemaField: JsonSchema = {
  anyOf: [{ type: "object" }, { type: "boolean" }, { type: "string" }],
  description: "The output is JSON that this schema (or JSON text of one) accepts.",
  "x-expected": "JSON schema",
};
const grammarField: JsonSchema = string(
  "The output is text of this EBNF grammar (as XGrammar reads it), from its rule root.",
);
const regexField: JsonSchema = string(
  "The output is text that ^(?:regex)$ matches, as JavaScript reads it with the flag u: characters, classes, groups, alternatives, quantifiers, and anchors at the ends; no lookaround, backreferences or Unicode properties.",
);
const choiceField: JsonSchema = {
  type: "array",
  items: { type: "string" },
  minItems: 1,
  description: "The output is one of these texts.",
  "x-expected": "non-empty array of strings",
};

export const structuredFields: Readonly<Record<string, JsonSchema>> = {
  response_format: {
    type: "object",
    properties: {
      type: {
        type: "string",
        enum: ["text", "json_object", "json_schema"],
        "x-expected": '"text", "json_object" or "json_schema"',
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
  structured_outputs: object({
    json: jsonSchemaField,
    regex: regexField,
    choice: choiceField,
    grammar: grammarField,
  }),
  json_schema: jsonSchemaField,
  jsonSchema: jsonSchemaField,
  grammar: grammarField,
  regex: regexField,
};

/** Whether the body asks for a form, by which field, and what it is for the engine. @throws ApiError for more than one. */
export function structuredOutputOf(body: Body): { param: string; fields: GrammarFields } | undefined {
  const given = Object.keys(structuredFields).flatMap((param) => {
    const fields = body[param] === undefined ? undefined : fieldsOf(param, body[param]);
    return fields ? [{ param, fields }] : [];
  });
  const [first, second] = given;
  if (!second) return first;
  const message = `"${second.param}" expected nothing beside "${first!.param}": an output has one form`;
  throw new ApiError(400, message, { param: second.param });
}

/** @throws ApiError where the model's output cannot be held to a form. */
export function checkStructured({ grammars, model }: ServeContext, param: string): void {
  if (grammars) return;
  const message = `"${param}" is not supported: ${model} has no structured output`;
  throw new ApiError(400, message, { param, code: "unsupported_parameter" });
}

function fieldsOf(param: string, value: unknown): GrammarFields | undefined {
  switch (param) {
    case "response_format":
      return responseFormat(value as { type: string; json_schema?: { schema: unknown } });
    case "structured_outputs":
      return structuredOutputs(value as StructuredOutputs);
    case "guided_choice":
      return { grammar: choiceGrammar(value as readonly string[]) };
    case "guided_grammar":
    case "grammar":
      return { grammar: value as string };
    case "guided_regex":
    case "regex":
      return { regex: value as string };
    default:
      return { jsonSchema: value };
  }
}

function responseFormat({
  type,
  json_schema,
}: {
  type: string;
  json_schema?: { schema: unknown };
}): GrammarFields | undefined {
  if (type === "text") return undefined;
  if (type === "json_object") return { jsonSchema: { type: "object" } };
  if (json_schema) return { jsonSchema: json_schema.schema };
  const param = "response_format.json_schema";
  throw new ApiError(400, `"${param}" is missing`, { param, code: "missing_required_parameter" });
}

interface StructuredOutputs {
  readonly json?: unknown;
  readonly regex?: string;
  readonly choice?: readonly string[];
  readonly grammar?: string;
}

function structuredOutputs(given: StructuredOutputs): GrammarFields {
  const { json, regex, choice, grammar } = given;
  if (Object.keys(given).length !== 1) {
    const message = '"structured_outputs" expected one of json, regex, choice and grammar';
    throw new ApiError(400, message, { param: "structured_outputs" });
  }
  if (choice) return { grammar: choiceGrammar(choice) };
  if (regex !== undefined) return { regex };
  return grammar === undefined ? { jsonSchema: json } : { grammar };
}

/** Strings of EBNF are escaped as those of JSON. */
function choiceGrammar(choices: readonly string[]): string {
  return `root ::= ${choices.map((choice) => JSON.stringify(choice)).join(" | ")}`;
}
