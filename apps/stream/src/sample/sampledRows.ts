/** The rows that `sample` draws from: those of a file, or the one that a source has after a prompt. */
import type { RowDtype, Tokenizer } from "@tokenmill/core";
import { loadR50kTokenizer } from "@tokenmill/embedded-model";
import { type NpyFile, openNpy } from "@tokenmill/sources";
import { checkInputFile, checkSourceFlags, openSource, type TextSourceFlags, UsageError } from "@tokenmill/cli";
import { rowAfter } from "../source/rowAfter.ts";

export interface SampledRows extends Pick<NpyFile, "rowCount" | "rowLength" | "readRows" | "close"> {
  readonly dtype: RowDtype;
  /** Of each row. */
  readonly promptTokenIds: readonly number[];
  /** Where it is known whose tokens they are. */
  readonly tokenizer: Tokenizer | undefined;
  /** Whose tokens a form of the output is spelt in; asked for where there is one. */
  formTokenizer(flag: string): Promise<Tokenizer>;
}

interface RowFlags extends TextSourceFlags {
  readonly logits?: string;
  readonly prompt?: string;
  /** How long the rows must be; of the source's own flags none has that name here. */
  readonly vocabSize?: number;
}

/** @throws UsageError for flags that name no rows; what the file, the source or its runtime throws */
export async function openSampledRows(flags: RowFlags): Promise<SampledRows> {
  const { logits, prompt, vocabSize: _, ...source } = flags;
  checkSourceFlags(source);
  if (logits !== undefined) return fileRows(logits);
  if (prompt === undefined) throw new UsageError("--logits <file> or --prompt <text> is needed: what is to be sampled");
  return sourceRow(prompt, source);
}

async function fileRows(path: string): Promise<SampledRows> {
  await checkInputFile(path);
  const file = await openNpy(path);
  const { rowCount, rowLength, dtype } = file;
  return {
    rowCount,
    rowLength,
    dtype,
    promptTokenIds: [],
    tokenizer: undefined,
    readRows: (start, count, into) => file.readRows(start, count, into),
    close: () => file.close(),
    async formTokenizer(flag) {
      const tokenizer = await loadR50kTokenizer();
      if (rowLength >= tokenizer.vocabSize) return tokenizer;
      throw new UsageError(`${flag} expected rows of r50k's ${tokenizer.vocabSize} tokens, got rows of ${rowLength}`);
    },
  };
}

async function sourceRow(prompt: string, flags: TextSourceFlags): Promise<SampledRows> {
  const source = await openSource(flags);
  try {
    const { row, promptTokenIds } = await rowAfter(source, prompt);
    const tokenizer = source.tokenizer!;
    return {
      rowCount: 1,
      rowLength: source.vocabSize,
      dtype: source.dtype,
      promptTokenIds,
      tokenizer,
      async readRows(_start, _count, into) {
        into.set(row);
      },
      close: async () => source.close?.(),
      formTokenizer: () => Promise.resolve(tokenizer),
    };
  } catch (error) {
    await source.close?.();
    throw error;
  }
}
