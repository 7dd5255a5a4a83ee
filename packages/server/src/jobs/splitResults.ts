/** Results of a batch as OpenAI's API has them: answers in one file, what failed in another. */
import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { rm } from "node:fs/promises";
import { readResult } from "../batches/batchLine.ts";

export interface SplitResults {
  /** Undefined: there is no such line. */
  readonly output: string | undefined;
  readonly errors: string | undefined;
}

/** @returns paths beside `path`. @throws the file system's errors */
export async function splitResults(path: string): Promise<SplitResults> {
  const paths = { output: `${path}.output`, errors: `${path}.errors` };
  const files = { output: createWriteStream(paths.output), errors: createWriteStream(paths.errors) };
  const counts = { output: 0, errors: 0 };
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const kind = readResult(line).isFailed ? "errors" : "output";
    counts[kind]++;
    if (!files[kind].write(`${line}\n`)) await once(files[kind], "drain");
  }
  const finish = async (kind: "output" | "errors"): Promise<string | undefined> => {
    files[kind].end();
    await once(files[kind], "close");
    if (counts[kind] > 0) return paths[kind];
    await rm(paths[kind], { force: true });
    return undefined;
  };
  return { output: await finish("output"), errors: await finish("errors") };
}
