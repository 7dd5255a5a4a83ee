/** What a sweep varies: `concurrency=1..64`, `rate=10..80+10`, `target.workers=0,1,2`. */
import { nearestName } from "@tokenmill/check";
import { UsageError } from "@tokenmill/cli";

export interface Axis {
  /** As the user named it. */
  readonly name: string;
  /** Keys of the scenario from the top. */
  readonly path: readonly string[];
  readonly values: readonly (number | string | boolean)[];
}

const shortNames: Readonly<Record<string, readonly string[]>> = {
  concurrency: ["load", "concurrency"],
  rate: ["load", "rate"],
  workers: ["target", "workers"],
  vocabSize: ["target", "vocabSize"],
  batchSize: ["target", "batchSize"],
  dtype: ["target", "dtype"],
  processes: ["processes"],
  maxTokens: ["requests", "maxTokens"],
  promptTokens: ["requests", "promptTokens"],
};

/** Axes along which load grows, so that a sweep can stop where the target is full. */
export function isLoadAxis({ path }: Axis): boolean {
  return path[0] === "load" && (path[1] === "concurrency" || path[1] === "rate");
}

/** @throws UsageError */
export function parseAxis(text: string): Axis {
  const match = /^([A-Za-z][\w.]*)=(.+)$/.exec(text);
  if (!match)
    throw new UsageError(
      `"over" expected name=values such as concurrency=1..64 or workers=0,1,2, got ${JSON.stringify(text)}`,
    );
  const [, name, values] = match as unknown as [string, string, string];
  return { name, path: pathOf(name), values: parseValues(name, values) };
}

/** The scenario with the axis set to a value. */
export function withValue(
  scenario: Readonly<Record<string, unknown>>,
  axis: Axis,
  value: number | string | boolean,
): Record<string, unknown> {
  const copy = structuredClone(scenario) as Record<string, unknown>;
  if (axis.path[0] === "load")
    copy["load"] = loadOfMode(copy["load"] as Record<string, unknown> | undefined, axis.path[1]!);
  let holder = copy;
  for (const key of axis.path.slice(0, -1)) {
    const inner = holder[key];
    holder[key] = typeof inner === "object" && inner !== null ? inner : {};
    holder = holder[key] as Record<string, unknown>;
  }
  holder[axis.path.at(-1)!] = value;
  return copy;
}

/** Concurrency belongs to a closed loop, a rate to an open one. */
function loadOfMode(load: Record<string, unknown> | undefined, field: string): Record<string, unknown> {
  if (field === "concurrency") return load?.["mode"] === "closed" ? load : { mode: "closed" };
  if (field !== "rate") return load ?? {};
  const {
    profile: _profile,
    bursts: _bursts,
    trace: _trace,
    ...open
  } = load?.["mode"] === "open" ? load : { mode: "open" };
  return open;
}

function pathOf(name: string): readonly string[] {
  if (Object.hasOwn(shortNames, name)) return shortNames[name]!;
  if (name.includes(".")) return name.split(".");
  const meant = nearestName(name, Object.keys(shortNames));
  throw new UsageError(
    `"over" expected ${Object.keys(shortNames).join(", ")} or a path such as target.slots, got ${JSON.stringify(name)}${meant ? ` (did you mean ${meant}?)` : ""}`,
  );
}

function parseValues(name: string, text: string): (number | string | boolean)[] {
  const range = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)(?:([x+])(\d+(?:\.\d+)?))?$/.exec(text);
  if (!range) return text.split(",").map((value) => scalar(value.trim()));
  const first = Number(range[1]);
  const last = Number(range[2]);
  const operator = range[3] ?? "x";
  const step = Number(range[4] ?? 2);
  if (!(first > 0) || last < first || (operator === "x" ? step <= 1 : step <= 0)) {
    throw new UsageError(
      `"over" expected a growing range such as 1..64, 1..64x4 or 10..80+10 for ${name}, got ${JSON.stringify(text)}`,
    );
  }
  const values: number[] = [];
  for (let value = first; value < last * (1 - 1e-9); value = operator === "x" ? value * step : value + step)
    values.push(Number(value.toPrecision(12)));
  return [...values, last];
}

function scalar(text: string): number | string | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
