/** The settings as text to take away: JSON, a command line, a program. */
import { articleJson } from "../rows/article.ts";
import type { Before, RowSpec } from "../rows/row.ts";
import { kebabCase } from "./label.ts";
import { valueText } from "./parseValue.ts";
import type { Settings } from "./settings.ts";

/** A 64-bit seed is written as a string, as JSON has no such number. */
export function paramsJson(settings: Settings): string {
  return JSON.stringify(settings, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value), 2);
}

/** The model of commands that name none. */
const embedded = "embedded";

export interface Shown {
  readonly row: RowSpec;
  /** Name of the model whose row it is. */
  readonly model?: string | undefined;
  readonly settings: Settings;
  /** Tokens that the penalties see, by name. */
  readonly history: readonly string[];
  readonly draws: number;
}

/** `tokenmill explain` with the same row and settings. A dropped file is named as the JSON it can be saved as. */
export function commandLine({ row, model = embedded, settings, history, draws }: Shown): string {
  const words = ["npx tokenmill explain"];
  if (row.kind === "json") words.push(`--logits ${quote(namedLogits(row.text))}`);
  if (row.kind === "prompt" && model !== embedded) words.push(`--model ${quote(model)}`);
  if (row.kind === "prompt") words.push(`--prompt ${quote(row.prompt)}`);
  if (row.kind === "file") words.push(`--logits-file ${quote(row.name.replace(/\.npy$/, ".json"))}`);
  if (history.length > 0 && row.kind !== "prompt") words.push(`--history ${quote(JSON.stringify(history))}`);
  for (const [name, value] of Object.entries(settings)) {
    words.push(`--${kebabCase(name)} ${quote(valueText(value))}`);
  }
  if (draws > 0) words.push(`--draws ${draws}`);
  // the command's prompt brings its own history
  if (history.length > 0 && row.kind === "prompt") words.push("# without the tokens so far");
  return words.join(" ");
}

/** A program on `@tokenmill/core` that draws the same tokens. */
export function codeSnippet(
  { row, settings, draws }: Shown,
  logits: ArrayLike<number>,
  { history, promptLength }: Before,
): string {
  const isShort = logits.length <= 32;
  const values = Array.from({ length: isShort ? logits.length : 0 }, (_, i) => shortest(logits[i]!));
  const source = row.kind === "article" ? Object.values(JSON.parse(articleJson) as Record<string, number>) : values;
  const rowLine = isShort
    ? `const logits = [${source.join(", ")}];`
    : `const logits = new Float32Array(${logits.length}); // ${row.kind === "prompt" ? `the model's logits after ${JSON.stringify(row.prompt)}` : "your row"}`;
  const params = Object.entries(settings).map(([name, value]) => `${name}: ${literal(value)}`);
  const prompt = promptLength > 0 ? `, promptLength: ${promptLength}` : "";
  const before = history.length > 0 ? `, history: [${history.join(", ")}]${prompt}` : "";
  return [
    `import { createSampler } from "@tokenmill/core";`,
    "",
    rowLine,
    `const sampler = await createSampler({ vocabSize: logits.length });`,
    `const plan = sampler.compile({ ${params.join(", ")} });`,
    `for (let position = 0; position < ${Math.max(1, draws)}; position++) {`,
    `  console.log(sampler.sample(logits, plan, { position${before} }).tokenId);`,
    `}`,
  ].join("\n");
}

/** `explain` wants names: an array's are its places. */
function namedLogits(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? JSON.stringify(Object.fromEntries(value.map((x, i) => [`#${i}`, x]))) : text;
  } catch {
    return text;
  }
}

function literal(value: unknown): string {
  return typeof value === "bigint" ? `${value}n` : JSON.stringify(value);
}

/** The shortest decimal that is the same f32. */
function shortest(x: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = x.toPrecision(digits);
    if (Math.fround(Number(text)) === x) return String(Number(text));
  }
  return String(x);
}

function quote(text: string): string {
  return /^[\w.,:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
