/** What `tokenmill explain` does with its flags. */
import {
  asUsage,
  checkSourceFlags,
  messageOf,
  Output,
  readText,
  say,
  type SourceFlags,
  UsageError,
} from "@tokenmill/cli";
import { loadCustomStages, type SamplingParams } from "@tokenmill/core";
import { unusedText } from "@tokenmill/core/internal";
import { grammarFlagIn, type GrammarFlags } from "../flags/grammarFlags.ts";
import { loadFigures } from "./figures/loadFigures.ts";
import { checkParams, noRoom, samplingParams } from "../flags/samplingFlags.ts";
import type { StageFlag } from "../flags/stageFlag.ts";
import { articleLogits, articlePrompt } from "./rows/article.ts";
import { explainRow } from "./explanation/explainRow.ts";
import type { Explanation } from "./explanation/explanation.ts";
import { namedRow, parseJson } from "./rows/namedRow.ts";
import type { ExplainRow } from "./rows/row.ts";
import { renderExplanation } from "./text/renderExplanation.ts";
import { styleFor } from "./text/style.ts";

/** The options as commander leaves them; sampling parameters stand beside under their own names. */
export interface ExplainFlags extends GrammarFlags, SourceFlags, Record<string, unknown> {
  readonly logits?: string;
  readonly logitsFile?: string;
  readonly prompt?: string;
  readonly history?: string;
  readonly written?: string;
  readonly top: number;
  readonly draws: number;
  readonly svg?: string;
  readonly png?: string;
  readonly json?: boolean;
  readonly stage?: StageFlag;
}

const narrowest = 40;

/** Prints the walk-through, or its numbers, on stdout. @throws UsageError for flags that make no sense, Error for the rest. */
export async function runExplain(flags: ExplainFlags): Promise<void> {
  const params = samplingParams(flags);
  const row = await rowOf(flags);
  try {
    await print(await explanationOf(row, params, flags), params, flags);
  } finally {
    await row.close?.();
  }
}

async function explanationOf(row: ExplainRow, params: SamplingParams, flags: ExplainFlags): Promise<Explanation> {
  const { stage = {} } = flags;
  checkParams(params, row.logits.length, noRoom, stage);
  const customStages = await loadCustomStages(stage);
  return explainRow(row, { params, customStages, draws: flags.draws, top: flags.top });
}

async function print(explanation: Explanation, params: SamplingParams, flags: ExplainFlags): Promise<void> {
  if (flags.svg !== undefined || flags.png !== undefined) {
    const { writeFigures } = await loadFigures(flags.png !== undefined);
    for (const path of await writeFigures(explanation, flags)) say(`wrote ${path}`);
  }
  const output = Output.stdout();
  await output.write(flags.json === true ? jsonOf(explanation) : textOf(explanation, params, flags));
  await output.end();
}

async function rowOf(flags: ExplainFlags): Promise<ExplainRow> {
  checkSourceFlags(flags);
  if (flags.prompt === undefined && (flags.model !== undefined || flags.source !== "embedded")) {
    throw new UsageError("--source and --model have an effect with --prompt only");
  }
  if (flags.prompt !== undefined) {
    const { promptRow } = await import("./rows/promptRow.ts");
    return promptRow(flags.prompt, flags);
  }
  const form = grammarFlagIn(flags) ?? (flags.written === undefined ? undefined : "--written");
  if (form !== undefined) throw new UsageError(`${form} has an effect with --prompt only`);
  const given = flags.logitsFile === undefined ? flags.logits : await readLogits(flags.logitsFile);
  const option = flags.logitsFile === undefined ? "logits" : "logits-file";
  return asUsage(() => {
    const history = flags.history === undefined ? [] : historyOf(flags.history);
    return given === undefined
      ? namedRow(articleLogits, history, articlePrompt)
      : namedRow(parseJson(given, option), history);
  });
}

async function readLogits(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`"logits-file" expected a readable file: ${messageOf(cause)}`, { cause });
  }
}

function historyOf(text: string): string[] {
  const names = parseJson(text, "history");
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw new TypeError(`"history" expected JSON array of token names, got ${text}`);
}

/** One line; numbers that JSON lacks as strings. */
function jsonOf(explanation: Explanation): string {
  const replace = (_key: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return `${JSON.stringify(explanation, replace)}\n`;
}

function textOf(explanation: Explanation, params: SamplingParams, flags: ExplainFlags): string {
  const { unusedParams } = explanation;
  const settings = Object.entries(params)
    .filter(([name]) => name !== "seed")
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  const form = grammarFlagIn(flags);
  if (form !== undefined) settings.unshift(form);
  return renderExplanation(explanation, {
    width: Math.max(narrowest, process.stdout.columns ?? 80),
    style: styleFor(process.stdout),
    settings: `your settings: ${settings.join(", ")}`,
    ...(unusedParams && { note: `without effect: ${unusedText(unusedParams as (keyof SamplingParams)[], params)}` }),
  });
}
