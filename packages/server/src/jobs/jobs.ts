/** Files and batches of a server that keeps some. */
import { join } from "node:path";
import type { LineAnswers } from "../batches/lineAnswers.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { DirectoryLease } from "../files/directoryLease.ts";
import { FileStore } from "../files/fileStore.ts";
import { BatchJobs } from "./batchJobs.ts";

export interface Jobs {
  readonly files: FileStore;
  readonly batches: BatchJobs;
  /** Leaves what is not done of batches, and the directory, to the next server. */
  close(): Promise<void>;
}

/** Undefined: the server keeps none. @throws RangeError for a directory of another server, the file system's errors */
export async function openJobs(
  { options, host, model, log }: ServeContext,
  answers: LineAnswers,
): Promise<Jobs | undefined> {
  const { files: directory, seed, limits } = options;
  if (directory === undefined) return undefined;
  let batches: BatchJobs | undefined;
  const lease = await DirectoryLease.take(directory, () => {
    log.error({ files: directory }, "another server has taken the directory of files: batches stop here");
    void batches?.close();
  });
  try {
    const files = await FileStore.open(join(directory, "files"), limits);
    const most = limits.maxBatchRequests;
    const place = join(directory, "batches");
    const running = await BatchJobs.open({ files, directory: place, seed, answers, host, most, model, log });
    batches = running;
    const close = async (): Promise<void> => {
      await running.close();
      await lease.release();
    };
    return { files, batches: running, close };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/** @throws ApiError 404 where there are none */
export function checkJobs(jobs: Jobs | undefined): Jobs {
  if (jobs) return jobs;
  throw new ApiError(404, "this server keeps no files and batches: start it with --files <directory>", {
    code: "files_not_kept",
  });
}
