/** One batch of the server, from its input file to the lines of its results: as far as they are there it goes on. */
import { readBatchLines, readRequests } from "../batches/batchLines.ts";
import { readResult } from "../batches/batchLine.ts";
import { inOrder } from "../batches/inOrder.ts";
import { faultLine } from "../batches/lineAnswers.ts";
import { ResultFile } from "../batches/resultFile.ts";
import type { BatchAnswers, BatchItem, BatchSettings } from "@tokenmill/core";
import type { SequenceHost } from "../options/sequenceHost.ts";
import type { BatchRecord } from "./batchRecord.ts";

export interface BatchMeans {
  readonly answers: BatchAnswers;
  /** Has batches answered by a cluster; undefined: this process answers. */
  readonly host: SequenceHost | undefined;
  /** Requests that this process answers at a time. */
  readonly most: number;
  /** The model's name. */
  readonly model: string;
}

export interface BatchRunPaths {
  readonly input: string;
  readonly results: string;
}

/**
 * Resolves when all requests are answered, or the signal is aborted: with `expired` the rest get error lines.
 * @throws ResultFileError, RangeError for lines that are too long, the file system's errors, what the cluster refuses
 */
export async function runBatch(
  means: BatchMeans,
  batch: BatchRecord,
  { input, results: path }: BatchRunPaths,
  signal: AbortSignal,
): Promise<void> {
  const { seed, input_file_id: file, endpoint, created_at: createdSeconds, request_counts: counts } = batch;
  const origin = JSON.stringify({ model: means.model, seed, file });
  const results = await ResultFile.open(path, origin, { isOwned: true });
  const count = (line: string): void => {
    if (readResult(line).isFailed) counts.failed++;
    else counts.completed++;
  };
  try {
    counts.completed = 0;
    counts.failed = 0;
    for await (const { text } of readBatchLines(path)) count(text!);
    const settings: BatchSettings = { seed, createdSeconds, path: endpoint };
    const items = readRequests(input, results.done);
    const answered = means.host
      ? means.host.answerBatch(items, { batch: batch.id, settings, signal })
      : answerHere(means, items, settings, signal);
    try {
      for await (const lines of answered) {
        for (const line of lines) count(line);
        await results.append(lines.join(""));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted && signal.reason === "expired") {
      const done = counts.completed + counts.failed;
      for await (const item of readBatchLines(input, done)) {
        const line = faultLine(item, "batch_expired", "the batch was not done in its time");
        count(line);
        await results.append(line);
      }
    }
  } finally {
    // What it was begun with stays until the results have gone to their files.
    await results.close(false);
  }
}

async function* answerHere(
  { answers, most }: BatchMeans,
  items: AsyncIterable<BatchItem>,
  settings: BatchSettings,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const answer = async (item: BatchItem, either: AbortSignal): Promise<string | undefined> =>
    answers.answer(settings, item, either).catch((error: unknown) => {
      if (either.aborted) return undefined;
      throw error;
    });
  for await (const line of inOrder(items, most, signal, answer)) {
    if (line === undefined) return;
    yield [line];
  }
}
