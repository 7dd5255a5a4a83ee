/** Checks a scenario against the schema and for what a schema cannot say, and fills in what is absent. */
import { modelFlagNames, UsageError } from "@tokenmill/cli";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { parseLimit } from "../measure/limit.ts";
import { filled } from "./field.ts";
import { loadFields } from "./loadFields.ts";
import { requestFields, settingFields } from "./requestFields.ts";
import { goalFields, runFields } from "./runFields.ts";
import { targetFields } from "./targetFields.ts";
import { readTrace } from "./trace.ts";
import type { EngineTargetSpec, LoadSpec, OpenLoad, RequestSpec, Scenario, TargetSpec } from "./scenario.ts";
import { schemaMessage } from "./schemaMessage.ts";
import { scenarioSchema } from "./scenarioSchema.ts";

/** Compiled at first use: not every command needs it. */
let compiled: ValidateFunction | undefined;

/** @param where file name or "the flags", for messages. @throws UsageError naming the field, what it expects and what it got. */
export async function completeScenario(value: unknown, where: string): Promise<Scenario> {
  compiled ??= new Ajv2020({ discriminator: true, allErrors: true, verbose: true }).compile(scenarioSchema);
  const validate = compiled;
  if (!validate(value)) throw new UsageError(schemaMessage(validate.errors ?? [], value, where));
  const given = value as Omit<Partial<Scenario>, "target"> & { target: Given<TargetSpec> };
  checkUse(given.target, given.requests, where);
  const target = completeTarget(given.target);
  const load = completeLoad(given.load);
  const refuse = (message: string): never => {
    throw new UsageError(`${where}: ${message}`);
  };
  if (load.mode === "open") checkOpenLoad(load, refuse);
  const run = filled(given, { ...runFields, ...goalFields }) as unknown as Scenario;
  const { processes } = run;
  const isRemote = target.type === "http" || target.type === "logits";
  if (processes > 1 && !isRemote)
    refuse(`"processes" expected 1 for target ${target.type}, which runs in the process itself, got ${processes}`);
  if (load.mode === "closed" && load.concurrency < processes) {
    refuse(`"load.concurrency" expected at least one request per process (${processes}), got ${load.concurrency}`);
  }
  const durationMs = given.durationMs ?? (await naturalDurationMs(load, given.count));
  const warmUpMs = given.warmUpMs ?? (given.count === undefined ? Math.min(5000, durationMs / 5) : 0);
  if (warmUpMs >= durationMs) refuse(`"warmUpMs" expected less than "durationMs" (${durationMs}), got ${warmUpMs}`);
  const requests = completeRequests(given.requests, target);
  checkRequests(requests, target, refuse);
  for (const limit of run.slo) parseLimit(limit, "slo", true);
  return { ...run, name: given.name ?? `${target.type} ${load.mode}`, target, load, requests, durationMs, warmUpMs };
}

/** A target as a file may have it: all but its type and address may be absent. */
type Given<T> = T extends { readonly url: string }
  ? Pick<T, ("type" & keyof T) | "url"> & Partial<T>
  : T extends { readonly type: string }
    ? Pick<T, "type"> & Partial<T>
    : never;

/** Refuses fields that would have no effect. */
function checkUse(target: Given<TargetSpec>, requests: Partial<RequestSpec> | undefined, where: string): void {
  const refuse = (field: string, reason: string): never => {
    throw new UsageError(`${where}: "${field}" has no effect ${reason}`);
  };
  if (target.type === "engine") checkRowsUse(target, refuse);
  if (target.type === "pool") {
    for (const field of ["promptTokens", "maxTokens"] as const) {
      if (requests?.[field] !== undefined)
        refuse(`requests.${field}`, "on target pool: its requests are batches of rows");
    }
  }
  if (target.type === "http" && target.stream === false && target.includeUsage !== undefined) {
    refuse("target.includeUsage", "without target.stream");
  }
  if (requests?.prompts !== undefined && requests.promptTokens !== undefined) {
    refuse("requests.promptTokens", "with requests.prompts, which have their own lengths");
  }
}

function checkRowsUse(target: Given<EngineTargetSpec>, refuse: (field: string, reason: string) => void): void {
  const { source = "synthetic", model } = target;
  if (source !== "synthetic" || model !== undefined) {
    const which = model === undefined ? `source ${source}` : "a model";
    for (const field of ["vocabSize", "dtype", "rows"] as const) {
      if (target[field] !== undefined) refuse(`target.${field}`, `with ${which}, which has its own`);
    }
  }
  if (model !== undefined && target.source !== undefined) refuse("target.source", "with a model");
  for (const field of model === undefined ? modelFlagNames : []) {
    if (target[field] !== undefined) refuse(`target.${field}`, "without a model");
  }
}

function completeTarget(target: Given<TargetSpec>): TargetSpec {
  return filled(target, targetFields[target.type]) as unknown as TargetSpec;
}

function completeLoad(load: LoadSpec | undefined): LoadSpec {
  const { mode } = load ?? { mode: "closed" };
  return { mode, ...filled(load ?? {}, loadFields[mode]) } as LoadSpec;
}

function completeRequests(requests: Partial<RequestSpec> = {}, target: TargetSpec): RequestSpec {
  const params = target.type === "http" ? { temperature: 0.8 } : { temperature: 0.8, topK: 40, topP: 0.95 };
  const { mix = [{ name: "default", params }] } = requests;
  const settings = mix.map((setting) => filled(setting, settingFields));
  return { ...filled(requests, requestFields), mix: settings } as unknown as RequestSpec;
}

function checkOpenLoad(load: OpenLoad, refuse: (message: string) => never): void {
  const ways = (["rate", "profile", "bursts", "trace"] as const).filter((name) => load[name] !== undefined);
  if (ways.length !== 1)
    refuse(`"load" expected exactly one of rate, profile, bursts and trace, got ${ways.join(" and ") || "none"}`);
  if (load.bursts && load.bursts.burstMs > load.bursts.periodMs)
    refuse(`"load.bursts.burstMs" expected at most periodMs (${load.bursts.periodMs}), got ${load.bursts.burstMs}`);
  if (load.arrivals !== "gamma" && load.burstiness !== 1)
    refuse(`"load.burstiness" has an effect with arrivals: gamma only, got ${load.arrivals}`);
}

function checkRequests(requests: RequestSpec, target: TargetSpec, refuse: (message: string) => never): void {
  const names = requests.mix.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`"requests.mix" expected different names, got ${JSON.stringify(twice)} twice`);
  for (const [field, law] of [
    ["promptTokens", requests.promptTokens],
    ["maxTokens", requests.maxTokens],
    ["cancel.afterMs", requests.cancel?.afterMs],
    ["slowReaders.delayMs", requests.slowReaders?.delayMs],
  ] as const) {
    if (law === undefined || typeof law === "number") continue;
    if ("min" in law && law.min !== undefined && law.max !== undefined && law.min > law.max) {
      refuse(`"requests.${field}.min" expected at most max (${law.max}), got ${law.min}`);
    }
    if (
      law.kind === "choice" &&
      law.weights &&
      (law.weights.length !== law.values.length || !law.weights.some((weight) => weight > 0))
    ) {
      refuse(`"requests.${field}.weights" expected ${law.values.length} weights, not all 0`);
    }
  }
  if (target.type === "pool" && (requests.cancel || requests.slowReaders)) {
    refuse(
      `"requests.${requests.cancel ? "cancel" : "slowReaders"}" has an effect on streams only, not on target ${target.type}`,
    );
  }
  if (
    requests.prompts !== undefined &&
    target.type !== "http" &&
    !(target.type === "engine" && (target.source === "embedded" || target.model !== undefined))
  ) {
    refuse(`"requests.prompts" expected a target that takes text, got ${target.type}`);
  }
  if (requests.slowReaders && (target.type === "logits" || (target.type === "http" && !target.stream)))
    refuse(`"requests.slowReaders" has an effect on streamed answers only`);
}

/** Loads with an end of their own last until then; others 20 s, or as long as `count` takes. */
async function naturalDurationMs(load: LoadSpec, count: number | undefined): Promise<number> {
  if (load.mode === "open" && load.profile) return load.profile.reduce((sum, piece) => sum + piece.durationMs, 0);
  if (load.mode === "open" && load.trace)
    return ((await readTrace(load.trace.file)).at(-1)!.atMs + 1) / load.trace.speed;
  return count === undefined ? 20_000 : 3_600_000;
}
