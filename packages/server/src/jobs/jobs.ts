/** Files and batches of a server that keeps some. */
import { join } from "node:path";
import type { LineAnswers } from "../batches/lineAnswers.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { FileStore } from "../files/fileStore.ts";
import { BatchJobs } from "./batchJobs.ts";

export interface Jobs {
  readonly files: FileStore;
  readonly batches: BatchJobs;
}

/** Undefined: the server keeps none. @throws the file system's errors */
export async function openJobs(
  { options, host, model, log }: ServeContext,
  answers: LineAnswers,
): Promise<Jobs | undefined> {
  const { files: directory, seed, limits } = options;
  if (directory === undefined) return undefined;
  const files = await FileStore.open(join(directory, "files"), limits);
  const most = limits.maxBatchRequests;
  const place = join(directory, "batches");
  return { files, batches: await BatchJobs.open({ files, directory: place, seed, answers, host, most, model, log }) };
}

/** @throws ApiError 404 where there are none */
export function checkJobs(jobs: Jobs | undefined): Jobs {
  if (jobs) return jobs;
  throw new ApiError(404, "this server keeps no files and batches: start it with --files <directory>", {
    code: "files_not_kept",
  });
}
