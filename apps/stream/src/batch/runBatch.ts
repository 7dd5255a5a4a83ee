/** `tokenmill batch` from flags to exit code: a server of its own answers the lines, many at a time, and the results are written in order. */
import { setMaxListeners } from "node:events";
import { stat } from "node:fs/promises";
import { oneLine } from "@tokenmill/check";
import { type ExitCode, exitCodes, Interrupt, printJson, UsageError } from "@tokenmill/cli";
import type { BatchItem } from "@tokenmill/server";
import { readRequests, ResultFile, ResultFileError, wholeLines } from "@tokenmill/server/internal";
import type { BatchFlags } from "./batchFlags.ts";
import { type BatchCounts, BatchProgress } from "./progress.ts";
import { openClustered } from "./clustered.ts";
import { openLocal } from "./local.ts";

/** What answers the lines of a batch. */
export interface BatchRunner {
  /** What results follow from besides seed and file, as text. */
  readonly origin: string;
  /** Results in the order of the items: one or more lines each. Ends early when the signal is aborted. */
  run(items: AsyncIterable<BatchItem>, job: BatchJob): AsyncIterable<string>;
  close(): Promise<void>;
}

export interface BatchJob {
  readonly seed: string;
  readonly createdSeconds: number;
  /** 0 … 1. */
  readonly verifiedShare: number;
  readonly counts: BatchCounts;
  readonly signal: AbortSignal;
}

export async function runBatch(path: string, flags: BatchFlags): Promise<ExitCode> {
  const input = await stat(path).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${JSON.stringify(path)}`, { cause });
  });
  const interrupt = new Interrupt();
  // Every request listens to it.
  setMaxListeners(0, interrupt.signal);
  let runner: BatchRunner | undefined;
  try {
    runner = await (flags.cluster === undefined ? openLocal(flags, interrupt) : openClustered(flags, flags.cluster));
    const seed = String(flags.seed);
    const origin = JSON.stringify({ model: runner.origin, seed, sizeBytes: input.size, changedMs: input.mtimeMs });
    const results = await openResults(flags, origin);
    const { lines } = await wholeLines(path);
    const counts: BatchCounts = { done: results.done, failed: 0, tokens: 0, verified: 0, differing: 0 };
    const progress = new BatchProgress(process.stderr, lines, counts);
    const job: BatchJob = {
      seed,
      createdSeconds: Math.floor(input.mtimeMs / 1000),
      verifiedShare: flags.verify / 100,
      counts,
      signal: interrupt.signal,
    };
    let isDone = false;
    try {
      for await (const text of runner.run(readRequests(path, results.done), job)) await results.append(text);
      isDone = !interrupt.signal.aborted;
    } finally {
      progress.end();
      await results.close(isDone);
    }
    await summarise(flags, counts, counts.done - results.done);
    if (!isDone) return interrupt.exitCode ?? exitCodes.interrupted;
    return counts.differing > 0 ? exitCodes.failed : exitCodes.done;
  } finally {
    await runner?.close();
    interrupt.dispose();
  }
}

async function openResults({ output, overwrite }: BatchFlags, origin: string): Promise<ResultFile> {
  try {
    return await ResultFile.open(output, origin, { isOverwriting: overwrite });
  } catch (cause) {
    if (!(cause instanceof ResultFileError)) throw cause;
    const remedy = cause.canBeginAnew ? ": --overwrite begins anew" : "";
    throw new UsageError(`${cause.message}${remedy}`, { cause });
  }
}

async function summarise({ json, output }: BatchFlags, counts: BatchCounts, answered: number): Promise<void> {
  if (json) {
    await printJson({ output, answered, ...counts });
    return;
  }
  const { done, failed, tokens, verified, differing } = counts;
  const check = verified > 0 ? `, ${verified} answered twice, ${differing} of them differently` : "";
  process.stderr.write(
    oneLine(`${done} results in ${output}, ${answered} of this run: ${failed} failed, ${tokens} tokens${check}`) + "\n",
  );
}
