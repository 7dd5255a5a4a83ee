/** `tokenmill batch` from flags to exit code: lines are answered many at a time, and their results written in order. */
import { setMaxListeners } from "node:events";
import { stat } from "node:fs/promises";
import { oneLine } from "@tokenmill/check";
import {
  checkInputFile,
  checkOutputFile,
  type ExitCode,
  exitCodes,
  Interrupt,
  printJson,
  UsageError,
} from "@tokenmill/cli";
import { readRequests, ResultFile, ResultFileError, wholeLines } from "@tokenmill/server/internal";
import type { BatchFlags } from "./batchFlags.ts";
import type { BatchJob, BatchRunner } from "./batchRunner.ts";
import { type BatchCounts, BatchProgress } from "./progress.ts";
import { openClustered } from "./clustered.ts";
import { openLocal } from "./local.ts";

export async function runBatch(path: string, flags: BatchFlags): Promise<ExitCode> {
  const input = await stat(path).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${JSON.stringify(path)}`, { cause });
  });
  await checkInputFile(path);
  await checkOutputFile(flags.output, { "the requests": path });
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
