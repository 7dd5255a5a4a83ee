/** JSON schema (draft 2020-12) of scenario files; printed by `tokenmill-load schema scenario`. */
type Schema = Readonly<Record<string, unknown>>;

const positive = { type: "number", exclusiveMinimum: 0 };
const notNegative = { type: "number", minimum: 0 };
const share = { type: "number", minimum: 0, maximum: 1 };
const count = { type: "integer", minimum: 1 };
const text = { type: "string", minLength: 1 };

function object(properties: Record<string, Schema>, required: readonly string[] = []): Schema {
  return { type: "object", properties, required, additionalProperties: false };
}

function tagged(
  field: string,
  value: string,
  properties: Record<string, Schema>,
  required: readonly string[] = [],
): Schema {
  return object({ [field]: { const: value }, ...properties }, [field, ...required]);
}

const byField = (propertyName: string, schemas: readonly Schema[]): Schema => ({
  type: "object",
  discriminator: { propertyName },
  required: [propertyName],
  oneOf: schemas,
});

const cut = { min: notNegative, max: notNegative };
const distribution: Schema = {
  description: "a number, or a law",
  if: { type: "object" },
  // A keyword of JSON schema.
  // oxlint-disable-next-line unicorn/no-thenable
  then: byField("kind", [
    tagged("kind", "uniform", { min: notNegative, max: notNegative }, ["min", "max"]),
    tagged("kind", "normal", { mean: notNegative, deviation: notNegative, ...cut }, ["mean", "deviation"]),
    tagged("kind", "lognormal", { median: positive, sigma: notNegative, ...cut }, ["median", "sigma"]),
    tagged("kind", "exponential", { mean: notNegative, ...cut }, ["mean"]),
    tagged(
      "kind",
      "choice",
      {
        values: { type: "array", items: notNegative, minItems: 1 },
        weights: { type: "array", items: notNegative, minItems: 1 },
      },
      ["values"],
    ),
  ]),
  else: notNegative,
};

const rows = { enum: ["gaussian", "flat", "peaked", "zipf", "ties", "adversarial"] };
const dtype = { enum: ["f32", "f16", "bf16"] };
const vocabSize = { type: "integer", minimum: 1, maximum: 2 ** 24 };
const workers = { type: "integer", minimum: 0, maximum: 256 };
const slots = { type: "integer", minimum: 1, maximum: 65_536 };
const headers = { type: "object", additionalProperties: { type: "string" } };
const connection = {
  url: { type: "string", pattern: "^https?://." },
  headers,
  apiKeyEnv: text,
  requestTimeoutMs: positive,
  pid: count,
};

const target = byField("type", [
  tagged("type", "pool", { vocabSize, dtype, workers, batchSize: slots, rows, writeRows: { type: "boolean" } }),
  tagged("type", "engine", { source: { enum: ["embedded", "synthetic"] }, vocabSize, dtype, rows, workers, slots }),
  tagged(
    "type",
    "http",
    {
      ...connection,
      api: { enum: ["completions", "chat"] },
      model: text,
      stream: { type: "boolean" },
      body: { type: "object" },
      includeUsage: { type: "boolean" },
    },
    ["url"],
  ),
  tagged(
    "type",
    "logits",
    { ...connection, vocabSize, dtype, batchSize: { type: "integer", minimum: 1, maximum: 4096 }, rows },
    ["url"],
  ),
  tagged("type", "null", {}),
]);

const load = byField("mode", [
  tagged("mode", "closed", { concurrency: count }),
  tagged("mode", "open", {
    arrivals: { enum: ["constant", "poisson", "gamma"] },
    burstiness: positive,
    rate: positive,
    profile: {
      type: "array",
      minItems: 1,
      items: object({ durationMs: positive, from: notNegative, to: notNegative }, ["durationMs", "from", "to"]),
    },
    bursts: object({ baseRate: notNegative, peakRate: positive, periodMs: positive, burstMs: positive }, [
      "baseRate",
      "peakRate",
      "periodMs",
      "burstMs",
    ]),
    trace: object({ file: text, speed: positive }, ["file"]),
    maxInFlight: count,
  }),
]);

const requests = object({
  promptTokens: distribution,
  maxTokens: distribution,
  prompts: text,
  mix: {
    type: "array",
    minItems: 1,
    items: object({ name: text, weight: positive, params: { type: "object" } }, ["name"]),
  },
  cancel: object({ share, afterMs: distribution }, ["share", "afterMs"]),
  slowReaders: object({ share, delayMs: distribution }, ["share", "delayMs"]),
});

export const scenarioSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "tokenmill-load scenario",
  ...object(
    {
      name: text,
      target,
      load,
      requests,
      durationMs: positive,
      count,
      warmUpMs: notNegative,
      drainMs: notNegative,
      processes: { type: "integer", minimum: 1, maximum: 64 },
      seed: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      slo: { type: "array", items: text },
    },
    ["target"],
  ),
};
