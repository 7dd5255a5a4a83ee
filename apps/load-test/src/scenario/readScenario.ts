/** Scenario files: YAML, of which JSON is a part. */
import { dirname, resolve } from "node:path";
import { UsageError } from "@tokenmill/cli";
import { parseDocument } from "yaml";
import { readNamedText } from "../cli/readNamedText.ts";

/** The file's content as it stands there; file names in it are taken from its own directory. @throws UsageError */
export async function readScenario(path: string): Promise<Record<string, unknown>> {
  const text = await readNamedText(path, "the scenario");
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new UsageError(`${path}: ${error.message}`, { cause: error });
  const value: unknown = document.toJS();
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${path}: expected a mapping at the top`);
  }
  const scenario = value as Record<string, Record<string, unknown> | undefined>;
  const directory = dirname(path);
  relative(scenario["requests"], "prompts", directory);
  relative(scenario["load"]?.["trace"], "file", directory);
  return scenario;
}

function relative(holder: unknown, field: string, directory: string): void {
  if (typeof holder !== "object" || holder === null) return;
  const object = holder as Record<string, unknown>;
  if (typeof object[field] === "string") object[field] = resolve(directory, object[field]);
}
