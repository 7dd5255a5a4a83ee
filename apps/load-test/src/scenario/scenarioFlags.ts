/** Flags for the common scenarios, from the tables of fields; they win over the file. */
import { integerFlag, positiveFlag } from "@tokenmill/cli";
import { type Command, Option } from "commander";
import { durationFlag } from "../cli/parseDuration.ts";
import { completeScenario } from "./completeScenario.ts";
import type { Fields, Flag, FlagReader, Schema } from "./field.ts";
import { jsonFlag } from "./flagValues.ts";
import { loadFields } from "./loadFields.ts";
import { readScenario } from "./readScenario.ts";
import { requestFields } from "./requestFields.ts";
import { goalFields, runFields } from "./runFields.ts";
import type { Scenario } from "./scenario.ts";
import { targetFields } from "./targetFields.ts";

/** What commander read, by the flag's name. */
export type ScenarioFlags = Readonly<Record<string, unknown>>;

interface FieldFlag extends Flag {
  /** Keys from the part of the scenario that the field is in. */
  readonly path: readonly string[];
  readonly schema: Schema;
  readonly fallback: unknown;
}

const flagsOfTarget = flagsOf(...Object.values(targetFields));
const flagsOfLoad = flagsOf(...Object.values(loadFields));
const flagsOfRun = flagsOf(runFields);
const flagsOfRequests = flagsOf(requestFields);
const flagsOfGoals = flagsOf(goalFields);

export function addScenarioFlags(command: Command): void {
  command
    .optionsGroup("Target:")
    .addOption(
      new Option("--target <type>", "what to put load on (default: engine, or http with --url)").choices([
        "pool",
        "engine",
        "http",
        "logits",
      ]),
    );
  for (const flag of flagsOfTarget) command.addOption(optionOf(flag));
  command.optionsGroup("Load:");
  for (const flag of [...flagsOfLoad, ...flagsOfRun]) command.addOption(optionOf(flag));
  command.optionsGroup("Requests:");
  for (const flag of [...flagsOfRequests, ...flagsOfGoals]) command.addOption(optionOf(flag));
}

/** The flags of some tables, each once: fields that several have share theirs. */
function flagsOf(...tables: readonly Fields[]): FieldFlag[] {
  const found = new Map<string, FieldFlag>();
  const add = (fields: Fields, path: readonly string[]): void => {
    for (const [name, field] of Object.entries(fields)) {
      const { flag, schema, inner } = field;
      const fallback = "fallback" in field ? field.fallback : undefined;
      if (flag && !found.has(flag.syntax)) found.set(flag.syntax, { ...flag, path: [...path, name], schema, fallback });
      if (inner) add(inner, [...path, name]);
    }
  };
  for (const fields of tables) add(fields, []);
  return [...found.values()];
}

function optionOf({ syntax, says, shown, read, schema, fallback, path }: FieldFlag): Option {
  const isPlain = typeof fallback === "number" || typeof fallback === "string";
  const text = shown ?? (isPlain ? String(fallback) : "");
  const option = new Option(syntax, text === "" ? says : `${says} (default: ${text})`);
  if (read) return option.argParser(read as (text: string, before: unknown) => unknown);
  if (Array.isArray(schema["enum"])) return option.choices(schema["enum"] as string[]);
  const reader = readerOf(schema, nameOf(syntax), path.at(-1)!.endsWith("Ms"));
  return reader ? option.argParser(reader as (text: string) => unknown) : option;
}

/** How the text of such a value is read; undefined: it stays text, or the flag has none. */
function readerOf(schema: Schema, name: string, isTime: boolean): FlagReader | undefined {
  if (isTime) return durationFlag(name);
  switch (schema["type"]) {
    case "integer":
      return integerFlag(name, schema["minimum"] as number, schema["maximum"] as number | undefined);
    case "number":
      return positiveFlag(name);
    case "object":
      return jsonFlag(name);
    default:
      return undefined;
  }
}

/** `--no-vocab-size <n>` → `vocabSize`, as commander names it. */
function nameOf(syntax: string): string {
  const [words] = syntax.replace(/^--(no-)?/, "").split(" ");
  return words!.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The fields that flags set, nested as in a scenario. */
function fieldsGiven(flags: ScenarioFlags, known: readonly FieldFlag[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { syntax, path } of known) {
    const value = flags[nameOf(syntax)];
    // What commander has without a flag that begins with `--no-`.
    if (value === undefined || (syntax.startsWith("--no-") && value === true)) continue;
    let holder = fields;
    for (const key of path.slice(0, -1)) holder = (holder[key] ??= {}) as Record<string, unknown>;
    holder[path.at(-1)!] = value;
  }
  return fields;
}

/** @param file of the scenario, if one was named. @throws UsageError */
export async function scenarioFrom(file: string | undefined, flags: ScenarioFlags): Promise<Scenario> {
  return completeScenario(await rawScenario(file, flags), file ?? "the flags");
}

/** File and flags together, not yet checked. @throws UsageError */
export async function rawScenario(file: string | undefined, flags: ScenarioFlags): Promise<Record<string, unknown>> {
  const base = file === undefined ? {} : await readScenario(file);
  const load = mergeLoad(base["load"] as Record<string, unknown> | undefined, fieldsGiven(flags, flagsOfLoad));
  return {
    ...base,
    target: targetFrom(base["target"] as Record<string, unknown> | undefined, flags),
    ...(load && { load }),
    requests: { ...(base["requests"] as object | undefined), ...fieldsGiven(flags, flagsOfRequests) },
    ...fieldsGiven(flags, [...flagsOfRun, ...flagsOfGoals]),
  };
}

function targetFrom(base: Record<string, unknown> | undefined, flags: ScenarioFlags): Record<string, unknown> {
  const type = flags["target"] ?? base?.["type"] ?? (flags["url"] === undefined ? "engine" : "http");
  const given = fieldsGiven(flags, flagsOfTarget);
  const isBare =
    base === undefined &&
    ["target", "url", "source", "model", "vocabSize", "dtype", "rows"].every((name) => flags[name] === undefined);
  return {
    ...(base?.["type"] === type ? base : undefined),
    type,
    ...(isBare && { source: "embedded" }),
    ...given,
  };
}

/** A flag of the other loop turns the file's load into one of its kind. */
function mergeLoad(
  base: Record<string, unknown> | undefined,
  wanted: Record<string, unknown>,
): Record<string, unknown> | undefined {
  if (Object.keys(wanted).length === 0) return base;
  const trace = "trace" in wanted && {
    trace: { ...(base?.["trace"] as object | undefined), ...(wanted["trace"] as object) },
  };
  const mode =
    "concurrency" in wanted ? "closed" : "rate" in wanted || "trace" in wanted ? "open" : (base?.["mode"] ?? "open");
  const kept = base?.["mode"] === mode ? { ...base } : {};
  if ("rate" in wanted || "trace" in wanted)
    for (const way of ["rate", "profile", "bursts", "trace"]) delete (kept as Record<string, unknown>)[way];
  return { mode, ...kept, ...wanted, ...trace };
}
