/** Makes the items of a run out of prompts, text lines or NDJSON lines. */
import { errorOf } from "@tokenmill/check";
import type { GenerateRequest } from "@tokenmill/core";
import { outputRequest } from "@tokenmill/engine";
import type { Line } from "../cli/lines.ts";
import { SequenceIds } from "./sequenceIds.ts";
import type { RequestItem } from "./requestItem.ts";

/** What every request has that does not say otherwise. */
export type RequestDefaults = Readonly<Omit<GenerateRequest, "prompt" | "sequenceId" | "seed">>;

/** One request of the input, copied `count` times. */
export interface RequestSource {
  readonly line?: number;
  /** @throws Error if the line makes no sense. */
  read(): GenerateRequest;
}

export async function* requestItems(
  sources: AsyncIterable<RequestSource> | Iterable<RequestSource>,
  defaults: RequestDefaults,
  count: number,
): AsyncGenerator<RequestItem> {
  const ids = new SequenceIds();
  let number = 0;
  for await (const source of sources) {
    for (let copy = 0; copy < count; copy++) yield itemOf(source, defaults, count, copy, number++, ids);
  }
}

function itemOf(
  { line, read }: RequestSource,
  defaults: RequestDefaults,
  count: number,
  copy: number,
  number: number,
  ids: SequenceIds,
): RequestItem {
  try {
    const request = { ...defaults, ...read() };
    if (request.sequenceId !== undefined && count > 1) {
      throw new TypeError(`"sequenceId" cannot be given with --count ${count}: the copies would be one sequence`);
    }
    const sequenceId = ids.claim(number, request.sequenceId);
    return { sequenceId, line, copy, request: { ...outputRequest(request, copy), sequenceId } };
  } catch (error) {
    return { sequenceId: number, line, copy, error: errorOf(error) };
  }
}

export function* fromPrompts(prompts: readonly string[]): Generator<RequestSource> {
  for (const prompt of prompts) yield { read: () => ({ prompt }) };
}

/** One request per line; empty lines are skipped, and one that is not UTF-8 is refused when it is read. */
export async function* fromLines(
  lines: AsyncIterable<Line>,
  parse: (line: string) => GenerateRequest,
): AsyncGenerator<RequestSource> {
  let line = 0;
  for await (const found of lines) {
    line++;
    if (!isBlank(found)) yield { line, read: () => parse(found.text()) };
  }
}

function isBlank(line: Line): boolean {
  try {
    return line.text().trim() === "";
  } catch {
    return false;
  }
}
