/** JSON schema (draft 2020-12) of reports; printed by `tokenmill-load schema report`. */
import { metricMeanings, metricNames, slicedMetrics } from "../measure/metrics.ts";
import { reportVersion } from "./runReport.ts";

type Schema = Readonly<Record<string, unknown>>;

const number = { type: "number" };
const text = { type: "string" };
const count = { type: "integer", minimum: 0 };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });
const list = (items: Schema): Schema => ({ type: "array", items });
const map = (additionalProperties: Schema): Schema => ({ type: "object", additionalProperties });

/** All fields required, except those named. */
function object(properties: Record<string, Schema>, optional: readonly string[] = [], description?: string): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", ...(description && { description }), properties, required, additionalProperties: false };
}

const fields = (names: readonly string[], schema: Schema): Record<string, Schema> =>
  Object.fromEntries(names.map((name) => [name, schema]));

const statistics = {
  count,
  ...fields(["mean", "deviation", "min", "p50", "p90", "p95", "p99", "p999", "max"], number),
};
const histogram = {
  ...text,
  description: "HdrHistogram V2, deflated, base64; values in nanoseconds; empty for no values",
};
const metric = object({ ...statistics, histogram });
const metrics = object(
  Object.fromEntries(
    metricNames.map((name) => [name, { ...metric, description: `milliseconds ${metricMeanings[name]}` }]),
  ),
);
const counts = object(fields(["due", "completed", "failed", "cancelled", "good"], count));
const rates = object({
  ...fields(["requestsPerSecond", "tokensPerSecond", "goodRequestsPerSecond", "errorRate"], number),
  gigabytesPerSecond: orNull(number),
});
const slo = list(object({ limit: text, actual: number, isKept: { type: "boolean" } }));
const machine = object({
  cpu: text,
  cores: count,
  memoryBytes: count,
  node: text,
  platform: text,
  loadAverage: number,
});
const tool = object({ name: text, version: text });
const startedAt = { type: "string", description: "ISO 8601" };
const calibration = orNull(
  object(
    {
      endpoint: { enum: ["in process", "instant HTTP server"] },
      processes: count,
      tokensPerRequest: count,
      ...fields(
        ["maxRequestsPerSecond", "maxTokensPerSecond", "rate", "e2eP50Ms", "e2eP99Ms", "sendDelayP99Ms"],
        number,
      ),
    },
    [],
    "the load generator against an endpoint that answers at once: its highest rate, and the latency it adds at a quarter of it",
  ),
);

const run = object({
  kind: { const: "run" },
  version: { const: reportVersion },
  tool,
  startedAt,
  machine,
  scenario: { type: "object", description: "complete: see the schema of scenarios" },
  target: { type: "object", description: "what the target said of itself" },
  window: object(
    { fromMs: number, toMs: number },
    [],
    "requests due in it count for latencies, events in it for rates",
  ),
  endMs: number,
  counts,
  rates,
  metrics,
  settings: map(object({ counts, e2e: metric })),
  errors: map(object({ count, example: text })),
  slo,
  steady: orNull(
    object(
      {
        fromMs: number,
        toMs: number,
        perSecond: number,
        halfWidth: number,
        drift: number,
        isSteady: { type: "boolean" },
        of: { enum: ["tokens", "requests"] },
      },
      ["halfWidth"],
    ),
  ),
  sliceMs: number,
  slices: list(
    object({
      ...fields(["started", "completed", "failed", "cancelled", "good", "tokens", "inFlight"], count),
      histograms: object(fields(slicedMetrics, histogram)),
    }),
  ),
  resources: list(object({ atMs: number, cores: number, residentBytes: count })),
  driver: object({ cores: number, eventLoopDelayP99Ms: number }),
  warnings: list(text),
  calibration,
});

const value = { type: ["number", "string", "boolean"] };
const pointRun = object({
  startedAt,
  rates,
  metrics: object(fields(metricNames, object(statistics))),
  errors: map(count),
  slo,
  isSteady: { type: ["boolean", "null"] },
  targetCores: orNull(number),
  targetResidentBytes: orNull(number),
  driverCores: number,
});

const sweep = object({
  kind: { const: "sweep" },
  version: { const: reportVersion },
  tool,
  startedAt,
  machine,
  scenario: { type: "object", description: "as given, before the axes were set" },
  axes: list(object({ name: text, path: list(text), values: list(value) })),
  repeats: count,
  points: list(
    object({ values: list(value), runs: list(pointRun), histograms: object(fields(metricNames, histogram)) }),
  ),
  series: list(
    object({
      values: list(value),
      saturation: orNull(object({ load: number, throughput: number, reason: { enum: ["limit", "bend", "none"] } })),
    }),
  ),
  calibration,
});

export const reportSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "tokenmill-load report",
  type: "object",
  discriminator: { propertyName: "kind" },
  required: ["kind"],
  oneOf: [run, sweep],
};
