/** Many sequences with many schemas at once, each output held against its schema by a validator that knows nothing of masks. */
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import { Ajv2020 } from "ajv/dist/2020.js";
import { schemas } from "./schemas.ts";

export interface SchemaRun {
  /** Outputs by what became of them: `ok`, or what is wrong. */
  outcomes: Map<string, number>;
  /** Distinct texts of each schema. */
  distinct: Map<string, number>;
  tokens: number;
}

/** Opens `count` sequences at once, the schemas in turn. */
export async function runSchemas(engine: Engine, count: number, params: GenerateRequest): Promise<SchemaRun> {
  // formats are held against the patterns below: no library of formats is installed
  const ajv = new Ajv2020({ strict: false, formats });
  const validators = Object.entries(schemas).map(([name, schema]) => ({ name, schema, validate: ajv.compile(schema) }));
  const outcomes = new Map<string, number>();
  const texts = new Map<string, Set<string>>();
  let tokens = 0;
  await Promise.all(
    Array.from({ length: count }, async (_, sequenceId) => {
      const { name, schema, validate } = validators[sequenceId % validators.length]!;
      const request = { ...params, sequenceId, jsonSchema: schema };
      const { text, last, count: length } = await outputOf(engine, request);
      tokens += length;
      const outcome = verdict(text, last, validate);
      const key = outcome === "ok" ? outcome : `${name}: ${outcome}: ${text}`;
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      if (!texts.has(name)) texts.set(name, new Set());
      texts.get(name)!.add(text);
    }),
  );
  return { outcomes, distinct: new Map([...texts].map(([name, set]) => [name, set.size])), tokens };
}

const formats = {
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  uuid: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
};

async function outputOf(
  engine: Engine,
  request: GenerateRequest,
): Promise<{ text: string; last: TokenEvent; count: number }> {
  let text = "";
  let last: TokenEvent | undefined;
  let count = 0;
  for await (const event of engine.stream(request)) {
    text += event.text;
    last = event;
    count++;
  }
  return { text, last: last!, count };
}

function verdict(text: string, { finishReason }: TokenEvent, validate: (data: unknown) => boolean): string {
  if (finishReason !== "stop") return `ended by ${finishReason}`;
  try {
    return validate(JSON.parse(text)) ? "ok" : "does not validate";
  } catch (error) {
    return String(error);
  }
}
