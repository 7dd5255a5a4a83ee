/** Flags for the common scenarios; they win over the file. */
import { integerFlag, positiveFlag } from "@tokenmill/cli";
import { type Command, Option } from "commander";
import { durationFlag } from "../cli/parseDuration.ts";
import { completeScenario } from "./completeScenario.ts";
import { headerFlag, jsonFlag, lengthFlag, type ShareFlag, shareFlag } from "./flagValues.ts";
import { readScenario } from "./readScenario.ts";
import type { Scenario } from "./scenario.ts";

export interface ScenarioFlags {
  readonly target?: string;
  readonly url?: string;
  readonly api?: string;
  readonly model?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly apiKeyEnv?: string;
  readonly pid?: number;
  readonly stream: boolean;
  readonly usage: boolean;
  readonly requestTimeout?: number;
  readonly source?: string;
  readonly vocabSize?: number;
  readonly dtype?: string;
  readonly rows?: string;
  readonly workers?: number;
  readonly slots?: number;
  readonly batchSize?: number;
  readonly writeRows?: true;
  readonly concurrency?: number;
  readonly rate?: number;
  readonly arrivals?: string;
  readonly burstiness?: number;
  readonly trace?: string;
  readonly speed?: number;
  readonly maxInFlight?: number;
  readonly duration?: number;
  readonly count?: number;
  readonly warmUp?: number;
  readonly drain?: number;
  readonly processes?: number;
  readonly seed?: number;
  readonly promptTokens?: unknown;
  readonly maxTokens?: unknown;
  readonly prompts?: string;
  readonly params?: unknown;
  readonly cancel?: ShareFlag;
  readonly slowReaders?: ShareFlag;
  readonly slo?: readonly string[];
}

export function addScenarioFlags(command: Command): void {
  const dtypes = ["f32", "f16", "bf16"];
  command
    .optionsGroup("Target:")
    .addOption(
      new Option("--target <type>", "what to put load on (default: engine, or http with --url)").choices([
        "pool",
        "engine",
        "http",
        "logits",
      ]),
    )
    .option("--url <url>", "base address of a server, such as http://127.0.0.1:8080/v1")
    .addOption(
      new Option("--api <api>", "http: which endpoint (default: completions)").choices(["completions", "chat"]),
    )
    .option("--model <name>", "http: model (default: the first that the server lists)")
    .option("--header <name: value>", "http, logits: a header of every request; may be repeated", headerFlag)
    .option("--body <json>", "http: further body fields of every request", jsonFlag("body"))
    .option("--api-key-env <name>", "http, logits: environment variable that holds the bearer token")
    .option(
      "--pid <n>",
      "http, logits: process whose CPU and memory are watched (default: found by the port, if local)",
      integerFlag("pid", 1),
    )
    .option("--no-stream", "http: whole answers instead of streams")
    .option("--no-usage", "http: do not ask for token counts in the stream")
    .option(
      "--request-timeout <duration>",
      "http, logits: longest time for an answer (default: 10m)",
      durationFlag("requestTimeout"),
    )
    .addOption(
      new Option("--source <name>", "engine: where rows come from (default: synthetic)").choices([
        "embedded",
        "synthetic",
      ]),
    )
    .option("--vocab-size <n>", "tokens of a synthetic row (default: 128256)", integerFlag("vocabSize", 1, 2 ** 24))
    .addOption(new Option("--dtype <type>", "elements of a synthetic row (default: f32)").choices(dtypes))
    .addOption(
      new Option("--rows <kind>", "law of synthetic rows (default: gaussian)").choices([
        "gaussian",
        "flat",
        "peaked",
        "zipf",
        "ties",
        "adversarial",
      ]),
    )
    .option(
      "--workers <n>",
      "pool, engine: worker threads; 0 samples on the main thread (default: one per core)",
      integerFlag("workers", 0, 256),
    )
    .option("--slots <n>", "engine: rows in shared memory", integerFlag("slots", 1, 65_536))
    .option(
      "--batch-size <n>",
      "pool, logits: rows of a request (default: 64; logits 1)",
      integerFlag("batchSize", 1, 65_536),
    )
    .option("--write-rows", "pool: workers write each row before they sample it")
    .optionsGroup("Load:")
    .option("--concurrency <n>", "closed loop: requests under way (default: 16)", integerFlag("concurrency", 1))
    .option("--rate <n>", "open loop: requests per second", positiveFlag("rate"))
    .addOption(
      new Option("--arrivals <law>", "open loop: law of arrivals (default: poisson)").choices([
        "constant",
        "poisson",
        "gamma",
      ]),
    )
    .option("--burstiness <n>", "arrivals gamma: shape; below 1 comes in clumps", positiveFlag("burstiness"))
    .option("--trace <file>", "open loop: recorded arrivals, NDJSON with atMs, promptTokens, maxTokens")
    .option("--speed <n>", "how much faster than recorded (default: 1)", positiveFlag("speed"))
    .option(
      "--max-in-flight <n>",
      "open loop: most requests under way; others wait (default: no bound)",
      integerFlag("maxInFlight", 1),
    )
    .option(
      "--duration <duration>",
      "how long requests begin, warm-up included (default: 20s)",
      durationFlag("duration"),
    )
    .option("--count <n>", "at most that many requests", integerFlag("count", 1))
    .option("--warm-up <duration>", "not measured (default: a fifth, at most 5s)", durationFlag("warmUp"))
    .option("--drain <duration>", "time to finish after the last request was due (default: 30s)", durationFlag("drain"))
    .option("--processes <n>", "http, logits: processes that put load (default: 1)", integerFlag("processes", 1, 64))
    .option(
      "--seed <n>",
      "of arrivals, lengths and choices (default: 1)",
      integerFlag("seed", 0, Number.MAX_SAFE_INTEGER),
    )
    .optionsGroup("Requests:")
    .option("--prompt-tokens <n|min-max>", "prompt length (default: 16)", lengthFlag("promptTokens"))
    .option("--max-tokens <n|min-max>", "output length (default: 32)", lengthFlag("maxTokens"))
    .option("--prompts <file>", "prompts, one a line, instead of made-up ones")
    .option("--params <json>", "sampling parameters of every request; a mix needs a scenario file", jsonFlag("params"))
    .option("--cancel <share@delay>", "cancel a share of requests, such as 0.1@200ms", shareFlag("cancel"))
    .option(
      "--slow-readers <share@delay>",
      "a share reads each piece that slowly, such as 0.1@50ms",
      shareFlag("slowReaders"),
    )
    .option("--slo <limit>", "a limit for goodput, such as ttft:p99<200ms; may be repeated", collect);
}

export function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...(values ?? []), value];
}

/** @param file of the scenario, if one was named. @throws UsageError */
export async function scenarioFrom(file: string | undefined, flags: ScenarioFlags): Promise<Scenario> {
  return completeScenario(await rawScenario(file, flags), file ?? "the flags");
}

/** File and flags together, not yet checked. @throws UsageError */
export async function rawScenario(file: string | undefined, flags: ScenarioFlags): Promise<Record<string, unknown>> {
  const base = file === undefined ? {} : await readScenario(file);
  const { trace, speed } = flags;
  const load = mergeLoad(base["load"] as Record<string, unknown> | undefined, {
    concurrency: flags.concurrency,
    rate: flags.rate,
    arrivals: flags.arrivals,
    burstiness: flags.burstiness,
    trace:
      trace === undefined && speed === undefined
        ? undefined
        : { ...(base["load"] as { trace?: object } | undefined)?.trace, ...given({ file: trace, speed }) },
    maxInFlight: flags.maxInFlight,
  });
  const requests = {
    ...(base["requests"] as object | undefined),
    ...given({
      promptTokens: flags.promptTokens,
      maxTokens: flags.maxTokens,
      prompts: flags.prompts,
      mix: flags.params === undefined ? undefined : [{ name: "default", params: flags.params }],
      cancel: flags.cancel && { share: flags.cancel.share, afterMs: flags.cancel.ms },
      slowReaders: flags.slowReaders && { share: flags.slowReaders.share, delayMs: flags.slowReaders.ms },
    }),
  };
  return {
    ...base,
    target: targetFrom(base["target"] as Record<string, unknown> | undefined, flags),
    ...(load && { load }),
    requests,
    ...given({
      durationMs: flags.duration,
      count: flags.count,
      warmUpMs: flags.warmUp,
      drainMs: flags.drain,
      processes: flags.processes,
      seed: flags.seed,
      slo: flags.slo,
    }),
  };
}

function targetFrom(base: Record<string, unknown> | undefined, flags: ScenarioFlags): Record<string, unknown> {
  const type = flags.target ?? base?.["type"] ?? (flags.url === undefined ? "engine" : "http");
  const isDefault =
    base === undefined && flags.target === undefined && flags.url === undefined && flags.source === undefined;
  return {
    ...(base?.["type"] === type ? base : undefined),
    type,
    ...given({
      url: flags.url,
      api: flags.api,
      model: flags.model,
      headers: flags.header,
      body: flags.body,
      apiKeyEnv: flags.apiKeyEnv,
      pid: flags.pid,
      stream: flags.stream ? undefined : false,
      includeUsage: flags.usage ? undefined : false,
      requestTimeoutMs: flags.requestTimeout,
      source:
        flags.source ??
        (isDefault && flags.vocabSize === undefined && flags.dtype === undefined && flags.rows === undefined
          ? "embedded"
          : undefined),
      vocabSize: flags.vocabSize,
      dtype: flags.dtype,
      rows: flags.rows,
      workers: flags.workers,
      slots: flags.slots,
      batchSize: flags.batchSize,
      writeRows: flags.writeRows,
    }),
  };
}

/** A flag of the other loop turns the file's load into one of its kind. */
function mergeLoad(
  base: Record<string, unknown> | undefined,
  flags: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const wanted = given(flags);
  if (Object.keys(wanted).length === 0) return base;
  const mode =
    "concurrency" in wanted ? "closed" : "rate" in wanted || "trace" in wanted ? "open" : (base?.["mode"] ?? "open");
  const kept = base?.["mode"] === mode ? { ...base } : {};
  if ("rate" in wanted || "trace" in wanted)
    for (const way of ["rate", "profile", "bursts", "trace"]) delete (kept as Record<string, unknown>)[way];
  return { mode, ...kept, ...wanted };
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
