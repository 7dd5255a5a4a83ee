/** Results of a batch as OpenAI's API has them: answers in one file, what failed in another. */
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { readResult } from "../batches/batchLine.ts";
import { readBatchLines } from "../batches/batchLines.ts";

export interface SplitResults {
  /** Undefined: there is no such line. */
  readonly output: string | undefined;
  readonly errors: string | undefined;
}

/** @returns paths beside `path`. @throws the file system's errors */
export async function splitResults(path: string): Promise<SplitResults> {
  return {
    output: await copyLines(path, `${path}.output`, (line) => !readResult(line).isFailed),
    errors: await copyLines(path, `${path}.errors`, (line) => readResult(line).isFailed),
  };
}

async function copyLines(from: string, to: string, isWanted: (line: string) => boolean): Promise<string | undefined> {
  let count = 0;
  const wanted = async function* (): AsyncGenerator<string, void> {
    for await (const { text } of readBatchLines(from)) {
      if (!isWanted(text!)) continue;
      count++;
      yield `${text}\n`;
    }
  };
  await pipeline(wanted, createWriteStream(to));
  if (count > 0) return to;
  await rm(to, { force: true });
  return undefined;
}
