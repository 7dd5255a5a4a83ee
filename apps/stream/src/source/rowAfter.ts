/** A source's row after a prompt, for commands that look at one. */
import type { LogitsSource } from "@tokenmill/core";
import { SourceRows } from "@tokenmill/worker-pool";
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
  const rows = new SourceRows(source, promptTokenIds.length + outputTokenIds.length);
  try {
    return { promptTokenIds, outputTokenIds, row: await rows.read({ promptTokenIds, outputTokenIds }) };
  } finally {
    await rows.close();
  }
}
