/** The row that a source has after a prompt, and what a form of the output allows there. */
import { messageOf, refusalOf } from "@tokenmill/check";
import { openSource, type SourceFlags, UsageError } from "@tokenmill/cli";
import type { GrammarSpec, Tokenizer } from "@tokenmill/core";
import { listedIn } from "@tokenmill/core/internal";
import { grammarFlagIn, type GrammarFlags, grammarProviderFor, readGrammarFlags } from "../../flags/grammarFlags.ts";
import { rowAfter } from "../../source/rowAfter.ts";
import { tokenText } from "../tokens/tokenText.ts";
import type { ExplainRow } from "./row.ts";

export interface PromptRowFlags extends GrammarFlags, SourceFlags {
  /** The output so far. */
  readonly written?: string;
}

/**
 * @throws UsageError for a source whose rows are not whole, in f32 and of text, and for a form that is none or does not allow what is
 *   written; Error if the source cannot be opened or fails
 */
export async function promptRow(prompt: string, flags: PromptRowFlags): Promise<ExplainRow> {
  const source = await openSource(flags);
  try {
    const { promptTokenIds, outputTokenIds, row } = await rowAfter(source, prompt, flags.written);
    if (listedIn(row))
      throw new UsageError(`--prompt needs whole rows, ${source.name} gives their largest logits only`);
    if (source.dtype !== "f32") throw new UsageError(`--prompt needs rows in f32, got a source in ${source.dtype}`);
    const tokenizer = source.tokenizer!;
    const tokenMask = await maskAfter(outputTokenIds, flags, tokenizer, source.vocabSize);
    return {
      prompt: prompt + (flags.written ?? ""),
      logits: row,
      tokenText: (tokenId) =>
        tokenizer.specialTokens?.get(tokenId) ??
        tokenText(tokenId < tokenizer.vocabSize ? tokenizer.tokenBytes(tokenId) : new Uint8Array(0)),
      history: [...promptTokenIds, ...outputTokenIds],
      promptLength: promptTokenIds.length,
      ...(tokenMask && { tokenMask }),
      close: async () => source.close?.(),
    };
  } catch (error) {
    await source.close?.();
    throw error;
  }
}

/** What the flags' form allows after the tokens; undefined without one. @throws UsageError */
async function maskAfter(
  tokenIds: readonly number[],
  flags: PromptRowFlags,
  tokenizer: Tokenizer,
  vocabSize: number,
): Promise<Int32Array | undefined> {
  const flag = grammarFlagIn(flags);
  if (flag === undefined) return undefined;
  const spec = (await readGrammarFlags(flags)) as GrammarSpec;
  const provider = grammarProviderFor(tokenizer, vocabSize, flag);
  try {
    const matcher = await provider.open(spec);
    const refused = tokenIds.findIndex((tokenId) => !matcher.accept(tokenId));
    if (refused >= 0) {
      const text = JSON.stringify(tokenText(tokenizer.tokenBytes(tokenIds[refused]!)));
      throw new UsageError(`"written" expected text that ${flag} allows, got ${text} as its token ${refused}`);
    }
    const words = new Int32Array(Math.ceil(vocabSize / 32));
    matcher.fillMask(words);
    return words;
  } catch (cause) {
    if (refusalOf(cause)) throw new UsageError(messageOf(cause), { cause });
    throw cause;
  } finally {
    await provider.close();
  }
}
