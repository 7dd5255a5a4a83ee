/** What answers the lines of a batch: this process, or those of a cluster. */
import type { BatchItem } from "@tokenmill/server";
import type { BatchCounts } from "./progress.ts";

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
