/** Many sequences with many schemas at once, each output held against its schema by a validator that knows nothing of masks. */
import { createRequire } from "node:module";
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import type { Engine, SequenceSnapshot } from "@tokenmill/engine";
import type { FormatsPlugin } from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import { schemas } from "./schemas.ts";

export interface SchemaRun {
  /** Outputs by what became of them: `ok`, or what is wrong. */
  outcomes: Map<string, number>;
  /** Distinct texts of each schema. */
  distinct: Map<string, number>;
  /** By sequence. */
  texts: string[];
  tokens: number;
}

export interface HowToRun {
  /** Each sequence is stopped after as many tokens, its record written as JSON, and resumed on this engine. */
  readonly resumeOn?: Engine;
  readonly resumeAfter?: number;
}

const addFormats = createRequire(import.meta.url)("ajv-formats") as FormatsPlugin;
const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9 });
addFormats(ajv);
const validators = Object.entries(schemas).map(([name, schema]) => ({ name, schema, validate: ajv.compile(schema) }));

/** Opens `count` sequences at once, the schemas in turn. */
export async function runSchemas(
  engine: Engine,
  count: number,
  params: GenerateRequest,
  how: HowToRun = {},
): Promise<SchemaRun> {
  const outcomes = new Map<string, number>();
  const distinct = new Map<string, Set<string>>();
  const texts: string[] = [];
  let tokens = 0;
  await Promise.all(
    Array.from({ length: count }, async (_, sequenceId) => {
      const { name, schema, validate } = validators[sequenceId % validators.length]!;
      const request = { ...params, sequenceId, jsonSchema: schema };
      const events = how.resumeOn
        ? await resumed(engine, request, how.resumeOn, how.resumeAfter)
        : await whole(engine, request);
      const text = events.map((event) => event.text).join("");
      texts[sequenceId] = text;
      tokens += events.length;
      const outcome = verdict(text, events.at(-1)!, validate);
      const key = outcome === "ok" ? outcome : `${name}: ${outcome}: ${text}`;
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      distinct.set(name, (distinct.get(name) ?? new Set()).add(text));
    }),
  );
  return { outcomes, distinct: new Map([...distinct].map(([name, set]) => [name, set.size])), texts, tokens };
}

async function whole(engine: Engine, request: GenerateRequest): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of engine.stream(request)) events.push(event);
  return events;
}

/** The events before the stop and after it. */
function resumed(engine: Engine, request: GenerateRequest, other: Engine, after = 3): Promise<TokenEvent[]> {
  return new Promise((resolve, reject) => {
    const events: TokenEvent[] = [];
    const handle = engine.open(request, {
      next(event) {
        events.push(event);
        if (events.length !== after || event.finishReason !== undefined) return;
        const record = JSON.parse(JSON.stringify(handle.snapshot())) as SequenceSnapshot;
        handle.cancel();
        other
          .resume(record)
          .subscribe({ next: (later) => events.push(later), error: reject, complete: () => resolve(events) });
      },
      error: reject,
      complete: () => resolve(events),
    });
  });
}

function verdict(text: string, { finishReason }: TokenEvent, validate: (data: unknown) => boolean): string {
  if (finishReason !== "stop") return `ended by ${finishReason}`;
  try {
    return validate(JSON.parse(text)) ? "ok" : "does not validate";
  } catch (error) {
    return String(error);
  }
}
