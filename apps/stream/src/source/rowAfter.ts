/** A source's row after a prompt, for commands that look at one. */
import { createResult, dtypeBytes, type LogitsSource, SampleError } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { UsageError } from "@tokenmill/cli";

export interface PromptRow {
  readonly promptTokenIds: readonly number[];
  /** `vocabSize` elements: f32, or 16-bit patterns. */
  readonly row: Float32Array | Uint16Array;
}

/** The row of position 0 of sequence 0. @throws UsageError where the source has no tokenizer, Error if it cannot write the row */
export async function rowAfter(source: LogitsSource, prompt: string): Promise<PromptRow> {
  const { tokenizer } = source;
  if (!tokenizer)
    throw new UsageError(`--prompt needs a source whose tokens are text: ${source.name} has no tokenizer`);
  const promptTokenIds = tokenizer.encode(prompt, { special: true, isPrompt: true });
  const row =
    source.kind === "batch" ? await batchRow(source, promptTokenIds) : await workerRow(source, promptTokenIds);
  return { promptTokenIds, row };
}

async function batchRow(
  source: Extract<LogitsSource, { kind: "batch" }>,
  promptTokenIds: readonly number[],
): Promise<Float32Array | Uint16Array> {
  const { vocabSize, dtype } = source;
  const buffer = new SharedArrayBuffer(vocabSize * dtypeBytes[dtype]);
  const row = dtype === "f32" ? new Float32Array(buffer) : new Uint16Array(buffer);
  const history = Int32Array.from(promptTokenIds);
  const wanted = { row, history, promptLength: history.length, sequenceId: 0n, position: 0 };
  const [error] = (await source.fillRows([wanted])) ?? [];
  source.closeSequence?.(0n);
  if (error) throw error;
  return row.slice();
}

/** Written by the same worker module that generation uses, on the calling thread. */
async function workerRow(source: LogitsSource, promptTokenIds: readonly number[]): Promise<Float32Array | Uint16Array> {
  const pool = await createPool({ source, workers: 0, slots: 1, arenaBytes: 65536 + 8 * promptTokenIds.length });
  try {
    const slot = pool.acquire();
    const plan = pool.compile({});
    const opened = pool.openHistory(promptTokenIds, promptTokenIds.length + 1);
    if (opened === undefined) throw new Error("the pool has no room for the prompt");
    pool.submit(slot, { plan, history: opened, seed: 0n, sequenceId: 0n, position: 0, writeRow: true });
    pool.flush();
    await pool.completed();
    const result = createResult(pool.maxLogprobs);
    pool.readResult(slot, result);
    if (result.status !== "ok") throw new SampleError(result.status, result.message);
    return pool.row(slot).slice();
  } finally {
    await pool.close();
  }
}
