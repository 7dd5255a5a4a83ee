/** Options as they are worked with: each one checked, and there. */
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkList,
  checkOptions,
  checkString,
  refuse,
} from "@tokenmill/check";
import { checkSeed } from "@tokenmill/core";
import { HostRule } from "../access/hostRule.ts";
import { OriginRule } from "../access/originRule.ts";
import { completeLimits, type ServeLimits } from "./limits.ts";
import type { EmbeddedOptions, ServerOptions, ServiceOptions } from "./options.ts";

/** Where absence has a meaning of its own it stays. */
export interface CompleteOptions
  extends Pick<
    ServiceOptions,
    | "modelName"
    | "resumeKey"
    | "playground"
    | "files"
    | "sampleVocabSize"
    | "seed"
    | "workers"
    | "workerUrl"
    | "slots"
    | "joinHost"
  > {
  /** Undefined: the service is embedded in what listens. */
  readonly host: string | undefined;
  readonly apiKeys: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly structuredOutput: boolean;
  readonly customStages: Readonly<Record<string, string>>;
  readonly sampleWorkers: number;
  readonly limits: ServeLimits;
}

const known: readonly (keyof EmbeddedOptions)[] = [
  "source",
  "modelName",
  "apiKeys",
  "allowedOrigins",
  "allowedHosts",
  "resumeKey",
  "playground",
  "files",
  "structuredOutput",
  "customStages",
  "sampleVocabSize",
  "sampleWorkers",
  "seed",
  "workers",
  "workerUrl",
  "slots",
  "joinHost",
  "limits",
  "log",
];
const leastKeyBytes = 32;

/** Of a server that listens. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

/** @throws TypeError, RangeError naming the first option that makes no sense. */
export function completeOptions(given: ServerOptions = {}): CompleteOptions & ListenOptions {
  checkOptions("options", given, [...known, "host", "port"], "server option");
  const { host = "127.0.0.1", port = 0 } = given;
  checkString("host", host);
  checkInteger("port", port, { min: 0, max: 65_535 });
  return { ...serviceOptions(given, host), host, port };
}

/**
 * The options of a service in an app of the caller's.
 * @param ofApp options that are the app's own, to be ignored here
 * @throws TypeError, RangeError naming the first option that makes no sense.
 */
export function completeEmbedded(given: EmbeddedOptions, ofApp: readonly string[]): CompleteOptions {
  checkOptions("options", given, [...known, ...ofApp], "option", (name) =>
    name === "host" || name === "port" ? `it is the app that listens, with app.listen({ ${name} })` : undefined,
  );
  return serviceOptions(given, undefined);
}

function serviceOptions(given: ServiceOptions, host: string | undefined): CompleteOptions {
  const { structuredOutput = true, sampleWorkers = 1, customStages = {} } = given;
  const options: CompleteOptions = {
    host,
    modelName: given.modelName === undefined ? undefined : checkString("modelName", given.modelName),
    apiKeys: textsOf("apiKeys", given.apiKeys),
    allowedOrigins: textsOf("allowedOrigins", given.allowedOrigins),
    allowedHosts: textsOf("allowedHosts", given.allowedHosts),
    resumeKey: given.resumeKey === undefined ? undefined : checkKey(given.resumeKey),
    playground: given.playground === undefined ? undefined : checkString("playground", given.playground),
    files: given.files === undefined ? undefined : checkString("files", given.files),
    structuredOutput: checkBoolean("structuredOutput", structuredOutput),
    customStages: checkOptions("customStages", customStages, Object.keys(Object(customStages) as object), "stage"),
    sampleVocabSize: integerOf("sampleVocabSize", given.sampleVocabSize, 1, 2 ** 24),
    sampleWorkers: checkInteger("sampleWorkers", sampleWorkers, { min: 0, max: 256 }),
    seed: given.seed,
    workers: integerOf("workers", given.workers, 0, 256),
    workerUrl: given.workerUrl,
    slots: integerOf("slots", given.slots, 1, 65_536),
    joinHost: given.joinHost === undefined ? undefined : checkFunction("joinHost", given.joinHost),
    limits: completeLimits(given.limits),
  };
  checkSeed("seed", given.seed);
  checkLog(given.log);
  // They refuse what is no origin and no host.
  new OriginRule(options.allowedOrigins);
  new HostRule(options.host, options.allowedHosts);
  return options;
}

/** Refuses options that `createTokenServer` would refuse, for callers that open a source first. @throws TypeError, RangeError */
export function checkServerOptions(options: ServerOptions): void {
  completeOptions(options);
}

function checkLog(log: unknown): void {
  if (log === undefined) return;
  const methods = Object(log) as Record<string, unknown>;
  const isLog = ["info", "warn", "error", "child"].every((name) => typeof methods[name] === "function");
  if (!isLog) refuse("log", "a logger of pino, or one with its methods", log, true);
}

function integerOf(name: string, value: number | undefined, min: number, max: number): number | undefined {
  return value === undefined ? undefined : checkInteger(name, value, { min, max });
}

function textsOf(name: string, texts: readonly string[] = []): readonly string[] {
  return Array.from(checkList(name, texts), (text, i) => checkString(`${name}[${i}]`, text));
}

function checkKey(key: Uint8Array): Uint8Array {
  const expected = `Uint8Array of ${leastKeyBytes} bytes or more`;
  if (!(key instanceof Uint8Array)) return refuse("resumeKey", expected, key, true);
  return key.length >= leastKeyBytes ? key : refuse("resumeKey", expected, key, false);
}
