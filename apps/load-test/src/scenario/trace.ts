/** Recorded arrivals: NDJSON lines `{"atMs": 0, "promptTokens": 12, "maxTokens": 64}`, the lengths optional. */
import { UsageError } from "@tokenmill/cli";
import { readNamedText } from "../cli/readNamedText.ts";

export interface TraceEntry {
  readonly atMs: number;
  readonly promptTokens?: number;
  readonly maxTokens?: number;
}

/** Entries in order of time, beginning at 0. @throws UsageError naming the line. */
export async function readTrace(path: string): Promise<TraceEntry[]> {
  const text = await readNamedText(path, "the trace");
  const entries = text
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [parseEntry(line, path, index + 1)]));
  if (entries.length === 0) throw new UsageError(`the trace ${JSON.stringify(path)} has no line`);
  entries.sort((a, b) => a.atMs - b.atMs);
  const firstMs = entries[0]!.atMs;
  return entries.map((entry) => ({ ...entry, atMs: entry.atMs - firstMs }));
}

function parseEntry(line: string, path: string, number: number): TraceEntry {
  const where = `${path}:${number}`;
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch (cause) {
    throw new UsageError(`${where}: expected a JSON object, got ${JSON.stringify(line.slice(0, 80))}`, { cause });
  }
  if (typeof entry !== "object" || entry === null) throw new UsageError(`${where}: expected a JSON object`);
  for (const [name, value] of Object.entries(entry)) {
    const least = name === "maxTokens" ? 1 : 0;
    if (!["atMs", "promptTokens", "maxTokens"].includes(name))
      throw new UsageError(`${where}: unknown field "${name}"`);
    if (typeof value !== "number" || !(value >= least) || (name !== "atMs" && !Number.isInteger(value))) {
      throw new UsageError(
        `${where}: "${name}" expected ${name === "atMs" ? "number" : "integer"} ≥ ${least}, got ${JSON.stringify(value)}`,
      );
    }
  }
  if (!("atMs" in entry)) throw new UsageError(`${where}: "atMs" is missing`);
  return entry as TraceEntry;
}
