/** Which benchmarks a run starts, and with what: once over a few sizes, or all of them. */

/** One script, started as a process of its own. */
export interface Step {
  /** Its name for `--only`. */
  readonly name: string;
  /** Relative to the repository's root. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Rows that are recorded for it: of the embedded model, or of those that the command names, without which it is left out. */
  readonly rows?: "embedded" | "real";
  /** Measures others than tokenmill: in one checkout only. */
  readonly isOthers?: boolean;
  /** Runs in the first of the repeated processes only. */
  readonly isOnce?: boolean;
}

export interface Mode {
  readonly processCount: number;
  readonly steps: readonly Step[];
}

const chain = "packages/core/bench/chain.bench.ts";
const peers = "packages/core/bench/peers.bench.ts";
const door = "packages/core/bench/door.bench.ts";
const llamaCpp = "test/benchmarks/llamaCpp/measure.ts";
const topK = "packages/core/bench/topK.bench.ts";
const worst = "packages/core/bench/worstCase.bench.ts";
const embedded = "packages/embedded-model/bench/embedded.bench.ts";
const pool = "packages/worker-pool/bench/step.bench.ts";
const engine = "apps/stream/bench/engine.bench.ts";
const serve = "apps/stream/bench/serve.bench.ts";

const quickTime = { BENCH_ROUNDS: "3", BENCH_TIME_MS: "12" };
const fullTime = { BENCH_ROUNDS: "5", BENCH_TIME_MS: "25" };
const realRows = { BENCH_NAME: "real", BENCH_DTYPE: "f32,bf16", BENCH_ROWS: "" };

export const modes: Readonly<Record<"quick" | "full", Mode>> = {
  quick: {
    processCount: 2,
    steps: [
      { name: "real", script: chain, env: { ...quickTime, ...realRows }, rows: "real" },
      { name: "llamaCpp", script: llamaCpp, env: quickTime, rows: "real", isOthers: true },
      {
        name: "settings",
        script: chain,
        env: { ...quickTime, BENCH_VOCAB: "50257,128256", BENCH_ROWS: "peaked,gaussian" },
        rows: "embedded",
      },
      {
        name: "peers",
        script: peers,
        env: { ...quickTime, BENCH_VOCAB: "128256", BENCH_ROWS: "gaussian" },
      },
      { name: "topK", script: topK, env: { ...quickTime, BENCH_VOCAB: "128256", BENCH_ROWS: "gaussian" } },
      { name: "door", script: door, env: { ...quickTime, BENCH_VOCAB: "50257", BENCH_ROWS: "gaussian" } },
      { name: "embedded", script: embedded, env: quickTime },
      { name: "pool", script: pool, env: { ...quickTime, BENCH_VOCAB: "64,50257", BENCH_BATCH: "1,16,64" } },
      { name: "engine", script: engine, env: { ...quickTime, BENCH_SEQUENCES: "1,256,4096" } },
    ],
  },
  full: {
    processCount: 3,
    steps: [
      { name: "real", script: chain, env: { ...fullTime, ...realRows }, rows: "real" },
      { name: "llamaCpp", script: llamaCpp, env: fullTime, rows: "real", isOthers: true },
      {
        name: "settings",
        script: chain,
        env: { ...fullTime, BENCH_VOCAB: "32000,50257,128256,151936,262144", BENCH_ROWS: "peaked,gaussian,flat" },
        rows: "embedded",
      },
      {
        name: "peers",
        script: peers,
        env: { ...fullTime, BENCH_VOCAB: "128256", BENCH_ROWS: "peaked,gaussian,flat" },
        rows: "embedded",
      },
      { name: "topK", script: topK, env: { ...fullTime, BENCH_VOCAB: "128256", BENCH_ROWS: "gaussian,flat" } },
      { name: "worst", script: worst, env: {}, isOnce: true },
      { name: "door", script: door, env: { ...fullTime, BENCH_VOCAB: "50257,128256", BENCH_ROWS: "gaussian" } },
      { name: "embedded", script: embedded, env: fullTime },
      { name: "pool", script: pool, env: { ...fullTime, BENCH_VOCAB: "64,32000,50257,128256,262144" } },
      { name: "engine", script: engine, env: fullTime },
      { name: "server", script: serve, env: { BENCH_ROUNDS: "1" } },
    ],
  },
};
