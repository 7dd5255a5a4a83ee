/** What request number i asks for: a function of the scenario and i, so that processes need not agree. */
import { UsageError } from "@tokenmill/cli";
import { readNamedText } from "../cli/readNamedText.ts";
import { Random } from "../random/random.ts";
import type { RequestSpec, Scenario } from "../scenario/scenario.ts";
import { draw, drawInteger, pick } from "./distribution.ts";
import type { TraceEntry } from "../scenario/trace.ts";

export interface PlannedRequest {
  readonly index: number;
  readonly promptTokens: number;
  readonly maxTokens: number;
  /** Text from a file of prompts. */
  readonly prompt: string | undefined;
  /** Position in the mix. */
  readonly setting: number;
  readonly params: Readonly<Record<string, unknown>>;
  /** After it was sent. */
  readonly cancelAfterMs: number | undefined;
  /** For each piece read. */
  readonly readDelayMs: number | undefined;
}

export type PlanRequest = (index: number, entry?: TraceEntry) => PlannedRequest;

/** @throws UsageError if the file of prompts cannot be read or is empty. */
export async function planRequests({ requests, seed }: Scenario): Promise<PlanRequest> {
  const prompts = requests.prompts === undefined ? undefined : await readPrompts(requests.prompts);
  return (index, entry) => planOne(requests, new Random(seed, "request", index), index, prompts, entry);
}

function planOne(
  spec: RequestSpec,
  random: Random,
  index: number,
  prompts: readonly string[] | undefined,
  entry: TraceEntry | undefined,
): PlannedRequest {
  const promptTokens = drawInteger(spec.promptTokens, random, 0);
  const maxTokens = drawInteger(spec.maxTokens, random, 1);
  const setting = pick(
    spec.mix.map(({ weight }) => weight),
    random,
  );
  const { cancel, slowReaders } = spec;
  const isCancelled = cancel !== undefined && random.uniform() < cancel.share;
  const isSlow = slowReaders !== undefined && random.uniform() < slowReaders.share;
  return {
    index,
    promptTokens: entry?.promptTokens ?? promptTokens,
    maxTokens: entry?.maxTokens ?? maxTokens,
    prompt: prompts?.[random.below(prompts.length)],
    setting,
    params: spec.mix[setting]!.params,
    cancelAfterMs: isCancelled ? draw(cancel.afterMs, random) : undefined,
    readDelayMs: isSlow ? draw(slowReaders.delayMs, random) : undefined,
  };
}

async function readPrompts(path: string): Promise<string[]> {
  const text = await readNamedText(path, "the prompts");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0)
    throw new UsageError(`the prompts ${JSON.stringify(path)} expected a prompt a line, got none`);
  return lines;
}
