/** A source's row after a prompt, for commands that look at one. */
import { createResult, dtypeBytes, type LogitsSource, SampleError } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { UsageError } from "@tokenmill/cli";

export interface PromptRow {
  readonly promptTokenIds: readonly number[];
  readonly outputTokenIds: readonly number[];
  /** `vocabSize` elements: f32, or 16-bit patterns. */
  readonly row: Float32Array | Uint16Array;
}

/** The row of sequence 0 after a prompt and the beginning of an output. @throws UsageError where the source has no tokenizer, Error if it cannot write the row */
export async function rowAfter(source: LogitsSource, prompt: string, output = ""): Promise<PromptRow> {
  const { tokenizer } = source;
  if (!tokenizer)
    throw new UsageError(`--prompt needs a source whose tokens are text: ${source.name} has no tokenizer`);
  const promptTokenIds = tokenizer.encode(prompt, { special: true, isPrompt: true });
  const outputTokenIds = output === "" ? [] : tokenizer.encode(output);
  const before = { promptTokenIds, outputTokenIds };
  const row = source.kind === "batch" ? await batchRow(source, before) : await workerRow(source, before);
  return { ...before, row };
}

async function batchRow(
  source: Extract<LogitsSource, { kind: "batch" }>,
  { promptTokenIds, outputTokenIds }: Omit<PromptRow, "row">,
): Promise<Float32Array | Uint16Array> {
  const { vocabSize, dtype } = source;
  const buffer = new SharedArrayBuffer(vocabSize * dtypeBytes[dtype]);
  const row = dtype === "f32" ? new Float32Array(buffer) : new Uint16Array(buffer);
  const history = Int32Array.from([...promptTokenIds, ...outputTokenIds]);
  const promptLength = promptTokenIds.length;
  const wanted = { row, history, promptLength, sequenceId: 0n, position: outputTokenIds.length };
  try {
    const [error] = (await source.fillRows([wanted])) ?? [];
    if (error) throw error;
    return row.slice();
  } finally {
    source.closeSequence?.(0n);
  }
}

/** Written by the same worker module that generation uses, on the calling thread. */
async function workerRow(
  source: LogitsSource,
  { promptTokenIds, outputTokenIds }: Omit<PromptRow, "row">,
): Promise<Float32Array | Uint16Array> {
  const length = promptTokenIds.length + outputTokenIds.length;
  const pool = await createPool({ source, workers: 0, slots: 1, arenaBytes: 65536 + 8 * length });
  try {
    const slot = pool.acquire();
    const plan = pool.compile({});
    const opened = pool.openHistory(promptTokenIds, length + 1);
    if (opened === undefined) throw new Error("the pool has no room for the prompt");
    for (const tokenId of outputTokenIds) opened.push(tokenId);
    pool.submit(slot, {
      plan,
      history: opened,
      seed: 0n,
      sequenceId: 0n,
      position: outputTokenIds.length,
      writeRow: true,
    });
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
