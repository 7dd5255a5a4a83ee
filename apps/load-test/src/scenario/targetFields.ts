/** The fields of targets, in the order that help tells their flags. */
import { availableParallelism } from "node:os";
import {
  deterministicFlag,
  modelIntegers,
  runtimeFlag,
  sourceFlag,
  sourceNames,
  sourcePattern,
  syntheticKinds,
} from "@tokenmill/cli";
import type { Field, FieldBase, FieldsOf } from "./field.ts";
import { headerFlag } from "./flagValues.ts";
import type { EngineTargetSpec, HttpTargetSpec, LogitsTargetSpec, PoolTargetSpec, SyntheticRows } from "./scenario.ts";
import { anyObject, count, integer, oneOf, positive, text, yesOrNo } from "./schemas.ts";

/** What the targets behind HTTP have in common. */
const connection: Pick<FieldsOf<HttpTargetSpec>, "url" | "headers" | "apiKeyEnv" | "pid" | "requestTimeoutMs"> = {
  url: {
    schema: { type: "string", pattern: "^https?://.", description: "an address with http:// or https://" },
    isRequired: true,
    flag: { syntax: "--url <url>", says: "base address of a server, such as http://127.0.0.1:8080/v1" },
  },
  headers: {
    schema: { type: "object", additionalProperties: { type: "string" } },
    fallback: {},
    flag: {
      syntax: "--header <name: value>",
      says: "http, logits: a header of every request; may be repeated",
      read: headerFlag,
    },
  },
  apiKeyEnv: {
    schema: text,
    flag: {
      syntax: "--api-key-env <name>",
      says: "http, logits: environment variable that holds the bearer token",
    },
  },
  pid: {
    schema: count,
    flag: {
      syntax: "--pid <n>",
      says: "http, logits: process whose CPU and memory are watched",
      shown: "found by the port, if local",
    },
  },
  requestTimeoutMs: {
    schema: positive,
    fallback: 600_000,
    flag: {
      syntax: "--request-timeout <duration>",
      says: "http, logits: longest time for an answer",
      shown: "10m",
    },
  },
};

const vocabSize: Field<number> = {
  schema: integer(1, 2 ** 24),
  fallback: 128_256,
  flag: { syntax: "--vocab-size <n>", says: "tokens of a synthetic row" },
};
const dtype: Field<"f32" | "f16" | "bf16"> = {
  schema: oneOf("f32", "f16", "bf16"),
  fallback: "f32",
  flag: { syntax: "--dtype <type>", says: "elements of a synthetic row" },
};
const rows: Field<SyntheticRows> = {
  schema: oneOf(...syntheticKinds),
  fallback: "gaussian",
  flag: { syntax: "--rows <kind>", says: "law of synthetic rows" },
};
const workers = {
  schema: integer(0, 256),
  flag: {
    syntax: "--workers <n>",
    says: "pool, engine: worker threads; 0 samples on the main thread",
    shown: "one per core; 1 beside a language model",
  },
};
const batchSizeFlag = { syntax: "--batch-size <n>", says: "pool, logits: rows of a request", shown: "64; logits 1" };

const modelFlag = {
  syntax: "--model <name>",
  says: "engine: a language model's file, folder or name; http: which of the server's models",
  shown: "none; http the first that the server lists",
};

const http: FieldsOf<HttpTargetSpec> = {
  url: connection.url,
  api: {
    schema: oneOf("completions", "chat"),
    fallback: "completions",
    flag: { syntax: "--api <api>", says: "http: which endpoint" },
  },
  model: { schema: text, flag: modelFlag },
  headers: connection.headers,
  body: {
    schema: anyObject,
    fallback: {},
    flag: { syntax: "--body <json>", says: "http: further body fields of every request" },
  },
  apiKeyEnv: connection.apiKeyEnv,
  pid: connection.pid,
  stream: {
    schema: yesOrNo,
    fallback: true,
    flag: { syntax: "--no-stream", says: "http: whole answers instead of streams" },
  },
  includeUsage: {
    schema: yesOrNo,
    fallback: true,
    flag: { syntax: "--no-usage", says: "http: do not ask for token counts in the stream" },
  },
  requestTimeoutMs: connection.requestTimeoutMs,
};

/** Of a language model's runtime; absent: the runtime's own. */
function modelField(name: keyof typeof modelIntegers): FieldBase {
  const { syntax, says, shown, least, most } = modelIntegers[name];
  return { schema: integer(least, most), flag: { syntax, says: `engine: ${says}`, shown } };
}

const engine: FieldsOf<EngineTargetSpec> = {
  source: {
    schema: { type: "string", pattern: sourcePattern, description: sourceNames },
    fallback: "synthetic",
    flag: {
      ...sourceFlag,
      says: `engine: ${sourceFlag.says}`,
      shown: "synthetic; embedded without a flag of a target or of rows",
    },
  },
  model: { schema: text, flag: modelFlag },
  modelSequences: modelField("modelSequences"),
  contextTokens: modelField("contextTokens"),
  stepTokens: modelField("stepTokens"),
  modelThreads: modelField("modelThreads"),
  topLogits: modelField("topLogits"),
  deterministic: { schema: yesOrNo, flag: { ...deterministicFlag, says: `engine: ${deterministicFlag.says}` } },
  runtime: {
    schema: oneOf(...runtimeFlag.names),
    flag: { syntax: runtimeFlag.syntax, says: `engine: ${runtimeFlag.says}`, shown: "llama.cpp" },
  },
  vocabSize,
  dtype,
  rows,
  workers,
  slots: { schema: integer(1, 65_536), flag: { syntax: "--slots <n>", says: "engine: rows in shared memory" } },
};

const pool: FieldsOf<PoolTargetSpec> = {
  vocabSize,
  dtype,
  rows,
  workers: { ...workers, fallback: availableParallelism },
  batchSize: { schema: integer(1, 65_536), fallback: 64, flag: batchSizeFlag },
  writeRows: {
    schema: yesOrNo,
    fallback: false,
    flag: { syntax: "--write-rows", says: "pool: workers write each row before they sample it" },
  },
};

const logits: FieldsOf<LogitsTargetSpec> = {
  ...connection,
  vocabSize,
  dtype,
  batchSize: { schema: integer(1, 4096), fallback: 1, flag: batchSizeFlag },
  rows,
};

/** By the target's type. */
export const targetFields: {
  readonly http: FieldsOf<HttpTargetSpec>;
  readonly engine: FieldsOf<EngineTargetSpec>;
  readonly pool: FieldsOf<PoolTargetSpec>;
  readonly logits: FieldsOf<LogitsTargetSpec>;
  readonly null: Record<never, never>;
} = { http, engine, pool, logits, null: {} };
