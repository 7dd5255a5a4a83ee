/** Opens the requests that the flags name. */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import { checkInputFile, UsageError } from "@tokenmill/cli";
import { decodeNdjsonRequest } from "@tokenmill/protocol";
import { readLines } from "../cli/lines.ts";
import { fromLines, fromPrompts, type RequestSource } from "./requestItems.ts";
import type { StreamFlags } from "./streamFlags.ts";

export type Inputs = AsyncIterable<RequestSource> | Iterable<RequestSource>;

/**
 * Undefined if no flag names any. The signal ends the reading.
 * @throws UsageError for flags that contradict each other, or the file system's error.
 */
export async function openInputs(
  { prompt, prompts, promptsFormat }: Pick<StreamFlags, "prompt" | "prompts" | "promptsFormat">,
  signal: AbortSignal,
): Promise<Inputs | undefined> {
  if (prompt && prompts !== undefined) throw new UsageError("--prompt and --prompts exclude each other");
  if (promptsFormat !== undefined && prompts === undefined) throw new UsageError("--prompts-format needs --prompts");
  if (prompt) return fromPrompts(prompt);
  if (prompts === undefined) return undefined;
  const stream = addAbortSignal(signal, prompts === "-" ? process.stdin : await openFile(prompts));
  return fromLines(readLines(stream), promptsFormat === "text" ? (text) => ({ prompt: text }) : decodeNdjsonRequest);
}

async function openFile(path: string): Promise<Readable> {
  await checkInputFile(path);
  const stream = createReadStream(path);
  await once(stream, "open");
  return stream;
}
