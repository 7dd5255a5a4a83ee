import type { RowJob } from "@tokenmill/core";

export function createRowWriter(options: {
  memory: { buffer: ArrayBufferLike };
  vocabSize: number;
  options: object;
}): Promise<(job: Omit<RowJob, "promptLength" | "sequenceIdHigh">) => unknown>;
