/** The row that a source has after a prompt. */
import { rowAfter } from "../../source/rowAfter.ts";
import { openSource, type SourceFlags, UsageError } from "@tokenmill/cli";
import { tokenText } from "../tokens/tokenText.ts";
import type { ExplainRow } from "./row.ts";

/** @throws UsageError for a source whose rows are no f32 text rows, Error if it cannot be opened or fails */
export async function promptRow(prompt: string, flags: SourceFlags): Promise<ExplainRow> {
  const source = await openSource(flags);
  try {
    const { promptTokenIds, row } = await rowAfter(source, prompt);
    if (source.dtype !== "f32") throw new UsageError(`--prompt needs rows in f32, got a source in ${source.dtype}`);
    const tokenizer = source.tokenizer!;
    return {
      prompt,
      logits: row,
      tokenText: (tokenId) =>
        tokenizer.specialTokens?.get(tokenId) ??
        tokenText(tokenId < tokenizer.vocabSize ? tokenizer.tokenBytes(tokenId) : new Uint8Array(0)),
      history: promptTokenIds,
      promptLength: promptTokenIds.length,
      close: async () => source.close?.(),
    };
  } catch (error) {
    await source.close?.();
    throw error;
  }
}
