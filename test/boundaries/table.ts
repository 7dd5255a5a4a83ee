/** One row for every exported function. A new export has none, and the test fails until it gets one. */
import * as cluster from "@tokenmill/cluster";
import * as core from "@tokenmill/core";
import * as engine from "@tokenmill/engine";
import * as explain from "@tokenmill/explain";
import * as grammar from "@tokenmill/grammar";
import * as protocol from "@tokenmill/protocol";
import * as embeddedModel from "@tokenmill/embedded-model";
import * as server from "@tokenmill/server";
import * as sources from "@tokenmill/sources";
import * as tokenmill from "tokenmill";
import * as workerPool from "@tokenmill/worker-pool";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Accepts,
  anything,
  argument,
  flag,
  integerIn,
  nothing,
  numberIn,
  options,
  type Row,
  text,
  uint64,
} from "./row.ts";

const packages = {
  core,
  workerPool,
  engine,
  server,
  cluster,
  sources,
  embeddedModel,
  protocol,
  grammar,
  explain,
  tokenmill,
};

const folder = mkdtempSync(join(tmpdir(), "tokenmill-boundaries-"));
// names of files and folders among the hostile values lead nowhere else
process.chdir(folder);
const vocabSize = 8;
export const sampler = await core.createSampler({ vocabSize });
sampler.row.fill(0);
const plan = sampler.compile({});
const encoder = new TextEncoder();
const tokenizer: core.Tokenizer = {
  vocabSize,
  eosTokenId: 0,
  encode: () => [1],
  tokenBytes: (id) => encoder.encode("\0abcdefg"[id]),
};
const source = sources.createSyntheticSource({ kind: "gaussian", vocabSize });
const event: protocol.WireEvent = { sequenceId: 1, index: 0, tokenId: 2, text: "a" };
const npy: sources.NpyArray = { dtype: "f32", shape: [2], data: new Float32Array(2) };
await sources.writeNpy(join(folder, "good.npy"), npy);
const npyBytes = readFileSync(join(folder, "good.npy"));

/** Each sampling parameter takes what its range takes. */
const paramFields: Readonly<Record<string, Accepts>> = Object.fromEntries(
  core.parameters.map(({ name, kind, faultOf }): [string, Accepts] => {
    if (kind === "boolean") return [name, flag];
    if (kind === "seed") return [name, name === "seed" ? (value) => Number.isSafeInteger(value) : uint64];
    if (kind !== "number" && kind !== "integer") return [name, nothing];
    const least = name === "logprobs" ? integerIn(0, 20) : anything;
    return [name, (value) => typeof value === "number" && faultOf(value, vocabSize) === undefined && least(value)];
  }),
);
/** -1 is any seed. */
const seed: Accepts = (value) => Number.isSafeInteger(value);
const poolFields: Readonly<Record<string, Accepts>> = {
  workers: nothing,
  slots: nothing,
  maxLogprobs: nothing,
  maxLogprobTokenIds: nothing,
  maxSamplingMask: nothing,
  arenaBytes: integerIn(4096, 2 ** 31),
  customStages: nothing,
  rowTimeoutMs: numberIn(1, 2 ** 31 - 1),
  closeTimeoutMs: numberIn(0, 2 ** 31 - 1),
  workerHeapBytes: integerIn(2 ** 24, 2 ** 40),
  spinLimit: nothing,
  inlineRows: nothing,
  inlineMs: numberIn(0, 1000),
  variant: nothing,
};
const drawFields: Readonly<Record<string, Accepts>> = {
  position: nothing,
  sequenceId: uint64,
  seed,
  history: nothing,
  promptLength: nothing,
  state: nothing,
  tokenMask: nothing,
};
const beforeFields = { history: nothing, promptLength: nothing };
const close = (opened: { close(): unknown }): unknown => opened.close();

const rows = new Map<unknown, Row>();
const add = <F extends (...args: never[]) => unknown>(fn: F, args: Row["args"], dispose?: Row["dispose"]): void => {
  rows.set(fn, { call: fn, args, ...(dispose && { dispose }) });
};

add(core.compileParams, [
  options("params", {}, paramFields),
  options(
    "options",
    { vocabSize, maxLogprobs: 20 },
    {
      vocabSize: nothing,
      maxLogprobs: nothing,
      maxLogprobTokenIds: nothing,
      maxSamplingMask: nothing,
      customStages: nothing,
    },
  ),
]);
add(core.validateParams, [
  options("params", {}, paramFields),
  argument("vocabSize", vocabSize, integerIn(1, 1e12)),
  argument("maxLogprobs", 20, integerIn(0, 1e12)),
  argument("customStages", []),
  argument("maxLogprobTokenIds", 128, integerIn(0, 1e12)),
]);
add(core.createSampler, [
  options(
    "options",
    { vocabSize },
    {
      vocabSize: nothing,
      dtype: nothing,
      maxLogprobs: nothing,
      maxLogprobTokenIds: nothing,
      maxSamplingMask: nothing,
      maxHistory: nothing,
      customStages: nothing,
      variant: nothing,
      module: nothing,
    },
  ),
]);
rows.set(core.checkSeed, { call: (value) => core.checkSeed("seed", value), args: [argument("seed", 1, seed)] });
add(core.foreignHint, [argument("name", "rep_pen", text), argument("spelled", (name: string) => name)]);
add(core.seedBits, [argument("seed", 1, seed)]);
add(core.drawSeed, [argument("seed", 1, seed)]);
add(core.randomSeed, []);
add(core.createResult, [
  argument("maxLogprobs", 20),
  argument("maxLogprobTokenIds", 4),
  argument("maxSamplingMask", 4),
]);
add(core.detectKgw, [
  argument("tokenIds", [1, 2, 3]),
  options("options", {}, { kgwGamma: nothing, kgwContext: nothing, kgwKey: uint64, promptLength: nothing }),
]);
add(core.detectSynthId, [
  argument("tokenIds", [1, 2, 3]),
  options(
    "options",
    { synthIdDepth: 3 },
    {
      synthIdDepth: nothing,
      synthIdContext: nothing,
      synthIdKey: uint64,
      synthIdKeys: nothing,
      promptLength: nothing,
    },
  ),
]);
add(core.loadCustomStages, [options("modules", { own: "data:text/javascript,export default () => {}" }, {})]);
add(core.verifyDraft, [
  argument("sampler", sampler),
  options(
    "draft",
    { draftTokenIds: [1], targetLogits: [new Float32Array(8), new Float32Array(8)] },
    {
      draftTokenIds: nothing,
      draftProbs: nothing,
      targetLogits: nothing,
    },
  ),
  options("params", { temperature: 0 }, paramFields),
  options("draw", {}, drawFields),
]);
add(
  workerPool.createPool,
  [
    options(
      "options",
      { vocabSize, workers: 0, slots: 1, arenaBytes: 65_536 },
      {
        ...poolFields,
        maskFiller: nothing,
        vocabSize: nothing,
        dtype: nothing,
        source: nothing,
      },
    ),
  ],
  close,
);
rows.set(workerPool.SourceRows, {
  call: (...args) => new workerPool.SourceRows(...(args as unknown as [never, never])),
  args: [argument("source", source), argument("maxTokens", 4, integerIn(0, 2 ** 24))],
});
add(workerPool.stageModules, [options("customStages", {}, { own: text })]);
add(
  engine.createEngine,
  [
    options(
      "options",
      { source, workers: 0, slots: 1, arenaBytes: 65_536 },
      {
        ...poolFields,
        source: nothing,
        pool: nothing,
        maxSequences: integerIn(1, 1e12),
        maxQueued: integerIn(0, 1e12),
        admissionTimeoutMs: numberIn(1, 2 ** 31 - 1),
        seed,
        grammar: nothing,
        bufferSize: integerIn(1, 1e12),
      },
    ),
  ],
  close,
);
add(engine.childSequenceId, [argument("parentId", 1, uint64), argument("childIndex", 1, integerIn(0, 2 ** 32 - 1))]);
add(engine.outputRequest, [argument("request", {}), argument("index", 1, integerIn(0, 2 ** 32 - 1))]);
add(engine.childRequests, [argument("request", {}), argument("n", 2)]);
add(engine.repetitionRule, [
  options(
    "repetitionDetection",
    { maxPatternSize: 4, minCount: 2 },
    { maxPatternSize: integerIn(4, 1024), minPatternSize: integerIn(1, 4), minCount: integerIn(2, 2 ** 24) },
  ),
]);
add(engine.requestPatterns, [options("request", { stopRegex: "b" }, { stop: text, stopRegex: text })]);
add(engine.modelRowsSource, [argument("model", undefined)]);
add(sources.createSyntheticSource, [
  options(
    "options",
    { kind: "gaussian", vocabSize },
    {
      kind: nothing,
      vocabSize: nothing,
      dtype: nothing,
      seed: integerIn(0, 2 ** 32 - 1),
      scale: numberIn(0.1, 1000),
      distinctRows: nothing,
      tokenizer: nothing,
    },
  ),
]);
add(sources.functionSource, [
  options(
    "options",
    { vocabSize, write: () => undefined },
    {
      vocabSize: nothing,
      tokenizer: nothing,
      name: text,
      write: nothing,
      fingerprint: text,
      closeSequence: nothing,
    },
  ),
]);
const embedded = options("options", {}, { cacheDir: text, rebuild: flag, onProgress: nothing, onWarning: nothing });
rows.set(embeddedModel.createEmbeddedModel, {
  call: embeddedModel.createEmbeddedModel,
  args: [embedded],
  isDear: true,
});
add(sources.createTraceSource, [
  options(
    "options",
    { rows: new Float32Array(8), shape: [8] },
    {
      rows: nothing,
      shape: nothing,
      dtype: nothing,
      startRow: nothing,
      vocabSize: nothing,
      tokenizer: nothing,
    },
  ),
]);
add(embeddedModel.loadR50kTokenizer, []);
add(sources.naturalLog, []);
add(embeddedModel.cacheDirectory, []);
rows.set(sources.openModel, {
  call: sources.openModel,
  args: [
    argument("model", join(folder, "none.gguf"), text),
    options(
      "options",
      {},
      {
        sequences: integerIn(1, 256),
        contextTokens: integerIn(16, 2 ** 20),
        stepTokens: integerIn(1, 2048),
        threads: integerIn(1, 256),
        deterministic: flag,
        topLogits: integerIn(1, 2 ** 20),
        runtime: (value) => sources.modelRuntimes.includes(value as never),
      },
    ),
  ],
  isDear: true,
});
rows.set(sources.loadModuleSource, {
  call: sources.loadModuleSource,
  args: [argument("path", join(folder, "none.mjs"), text)],
  isDear: true,
});
add(sources.openNpy, [argument("path", join(folder, "good.npy"), text)], close);
add(sources.readNpy, [argument("path", join(folder, "good.npy"), text)]);
add(sources.parseNpy, [argument("bytes", npyBytes), argument("name", "good", text)]);
add(sources.writeNpy, [
  argument("path", join(folder, "written.npy"), text),
  options("array", npy, { dtype: nothing, shape: nothing, data: nothing }),
]);
add(protocol.createNdjsonDecoder, [options("options", {}, { maxLineLength: nothing })]);
add(protocol.createLineSplitter, [options("options", {}, { maxLineBytes: nothing })]);
add(protocol.createFrameDecoder, [options("options", {}, { maxFrameBytes: integerIn(0, 2 ** 32 - 1) })]);
add(protocol.createFrameEncoder, []);
add(protocol.createMsgpackCodec, []);
add(protocol.decodeEvent, [argument("event", event)]);
add(protocol.decodeRequest, [argument("request", { prompt: "a" })]);
add(protocol.decodeNdjson, [argument("line", JSON.stringify(event))]);
add(protocol.decodeNdjsonRequest, [argument("line", "{}")]);
const place = [argument("text", "{}", text), argument("depth", 1, integerIn(1, 1e12))] as const;
add(protocol.exactRequest, [argument("value", {}, anything), ...place]);
add(protocol.exactIntegers, [argument("object", {}), place[0], argument("names", ["seed"]), place[1]]);
add(protocol.encodeJson, [argument("value", event, anything)]);
add(protocol.encodeNdjson, [argument("event", event)]);
add(protocol.encodeNdjsonRequest, [argument("request", {})]);
add(protocol.encodeSse, [
  options(
    "fields",
    { data: "a" },
    {
      id: text,
      event: text,
      data: text,
      retryMs: integerIn(0, 1e12),
    },
  ),
]);
add(protocol.encodeSseComment, [argument("comment", "a", text)]);
add(protocol.encodeSseEvent, [argument("event", event)]);
add(protocol.formatEventId, [argument("place", { sequenceId: 1, index: 2 })]);
add(protocol.parseEventId, [argument("text", "1:2", text)]);
const providerFields = {
  tokenizer: nothing,
  vocabSize: nothing,
  specialTokens: nothing,
  anyWhitespace: flag,
  compileTimeoutMs: nothing,
  compileMemoryBytes: integerIn(2 ** 24, 2 ** 40),
  warm: flag,
  cacheBytes: integerIn(0, 2 ** 40),
};
rows.set(grammar.createGrammarProvider, {
  call: grammar.createGrammarProvider,
  args: [options("options", { tokenizer }, providerFields)],
  isDear: true,
});
const serviceFields: Readonly<Record<string, Accepts>> = {
  // Any text may be a playground's directory.
  modelName: text,
  apiKeys: nothing,
  allowedOrigins: nothing,
  allowedHosts: nothing,
  resumeKey: nothing,
  playground: text,
  structuredOutput: flag,
  customStages: nothing,
  sampleVocabSize: nothing,
  sampleWorkers: nothing,
  seed,
  workers: nothing,
  slots: nothing,
  joinHost: nothing,
  limits: nothing,
  log: nothing,
};
const serverFields: Readonly<Record<string, Accepts>> = { ...serviceFields, host: text, port: nothing };
add(server.checkServerOptions, [options("options", {}, serverFields)]);
rows.set(server.createTokenServer, {
  call: server.createTokenServer,
  args: [options("options", { source }, { ...serverFields, source: nothing })],
  isDear: true,
});
const embeddedFields = { ...serviceFields, source: nothing };
rows.set(server.tokenmillPlugin, {
  call: server.tokenmillPlugin,
  args: [argument("app", { register: () => undefined }), options("options", { source }, embeddedFields)],
  isDear: true,
});
rows.set(server.createFetchHandler, {
  call: server.createFetchHandler,
  args: [options("options", { source }, { ...embeddedFields, prefix: nothing, clientAddress: nothing })],
  isDear: true,
});
add(engine.advanceRecord, [
  argument("record", { position: 0, promptTokenIds: [] }),
  argument("outputTokenIds", []),
  argument("carried", {}),
]);
const sparseRow = { tokenIds: [1], logits: [0], restLogSumExp: -1 };
add(core.writeSparseRow, [
  argument("target", new Float32Array(vocabSize)),
  options("row", sparseRow, {
    tokenIds: nothing,
    logits: nothing,
    restLogSumExp: (value) => typeof value === "number" && value < Infinity,
    vocabSize: nothing,
  }),
]);
rows.set(cluster.viewCluster, {
  call: cluster.viewCluster,
  args: [
    options(
      "options",
      { servers: ["nats://127.0.0.1:1"] },
      { servers: nothing, name: text, credentials: text, ca: text, certificate: text, key: text },
    ),
  ],
  isDear: true,
});
rows.set(cluster.joinCluster, {
  call: cluster.joinCluster,
  args: [
    options(
      "options",
      { servers: ["nats://127.0.0.1:1"], engine: {}, identity: "a" },
      {
        servers: nothing,
        name: text,
        credentials: text,
        ca: text,
        certificate: text,
        key: text,
        engine: nothing,
        identity: text,
        description: text,
        isBitStable: flag,
        replicas: nothing,
        capacity: nothing,
        leaseMs: nothing,
        flushMs: nothing,
        queueTimeoutMs: integerIn(1, 2 ** 31 - 1),
        retentionSeconds: nothing,
        logBytes: integerIn(2 ** 20, Number.MAX_SAFE_INTEGER),
        onLog: nothing,
      },
    ),
  ],
  isDear: true,
});
for (const fn of [explain.countDraws, explain.drawTokens, explain.expectedCounts]) {
  add(fn, [
    argument("sampler", sampler),
    argument("plan", plan),
    argument("count", 3),
    options("before", {}, beforeFields),
  ]);
}
add(explain.walkChain, [argument("sampler", sampler), argument("plan", plan), options("before", {}, beforeFields)]);
add(explain.gTest, [argument("observed", [1, 2]), argument("expected", [1, 2])]);
add(explain.entropyOf, [argument("probs", new Float64Array(2))]);
add(tokenmill.createEncoder, [argument("format", "sse")]);
add(tokenmill.encodeEvents, [argument("format", "sse")]);
add(tokenmill.encodingStream, [argument("format", "sse")]);
add(tokenmill.webStream, [argument("events", (async function* () {})()), argument("format", "sse")]);
add(tokenmill.createProgram, []);

/** Classes whose objects the packages make themselves: errors, and what costs are kept in. */
const classes: readonly unknown[] = [
  workerPool.ExpectedCost,
  core.SampleError,
  engine.SequenceError,
  engine.SnapshotError,
  cluster.ClusterError,
  sources.NpyError,
  protocol.ProtocolError,
  grammar.GrammarBudgetError,
  server.LogSink,
];

/** By package and name, every function that is exported; undefined: it has no row. */
export const table: readonly (readonly [name: string, row: Row | undefined])[] = Object.entries(packages).flatMap(
  ([name, exports]) =>
    Object.entries(exports)
      .filter(([, value]) => typeof value === "function" && !classes.includes(value))
      .map(([key, value]) => [`${name}.${key}`, rows.get(value)] as const),
);

/** The methods of what core's factory makes. */
const logits = new Float32Array(vocabSize);
export const methods: readonly (readonly [name: string, row: Row])[] = [
  ["compile", { call: (...args) => sampler.compile(...(args as [never])), args: [options("params", {}, paramFields)] }],
  [
    "sample",
    {
      call: (...args) => sampler.sample(...(args as unknown as [never, never, never])),
      args: [argument("logits", logits), options("params", {}, paramFields), options("draw", {}, drawFields)],
    },
  ],
  [
    "openSequence",
    {
      call: (...args) => sampler.openSequence(...(args as unknown as [never, never])),
      args: [
        options("params", {}, paramFields),
        options(
          "options",
          {},
          { seed, sequenceId: uint64, promptTokenIds: nothing, outputTokenIds: nothing, state: nothing },
        ),
      ],
    },
  ],
  [
    "distribution",
    {
      call: (...args) => sampler.distribution(...(args as unknown as [never, never, never])),
      args: [
        argument("logits", logits),
        options("params", {}, paramFields),
        options("draw", {}, { ...drawFields, stageCount: nothing }),
      ],
    },
  ],
  [
    "guide",
    {
      call: (...args) => sampler.guide(...(args as unknown as [never, never, never])),
      args: [
        argument("conditional", logits),
        argument("unconditional", logits),
        argument("scale", 1, numberIn(0, Number.MAX_VALUE)),
      ],
    },
  ],
];
