/**
 * The r50k vocabulary (GPT-2's, 50,257 tokens) as a `Tokenizer`. Loaded on first use, so that a program without the embedded
 * model does not pay for it.
 */
import type { Tokenizer } from "@tokenmill/contracts";
import { BytePairs } from "./bytePairs.ts";
import { cutLongRuns } from "./longRuns.ts";
import { readVocabulary } from "./vocabulary.ts";

/** Number of ids in r50k, end of text included. */
const r50kVocabSize = 50_257;

const endOfText = "<|endoftext|>";

/** The id of `<|endoftext|>`. */
export const r50kEosTokenId = 50_256;

let loading: Promise<Tokenizer> | undefined;

/**
 * The r50k tokenizer, one per process. `encode` reads `<|endoftext|>` as end of text where it is told to read special
 * tokens, else as ordinary text; a lone surrogate is encoded as U+FFFD; runs of more than 2,000 letters (or digits, signs, spaces) are cut.
 * `tokenBytes` of end of text is empty: it marks where a text ends and is no part of it.
 */
export function loadR50kTokenizer(): Promise<Tokenizer> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Tokenizer> {
  const tokens = await readVocabulary();
  const pairs = new BytePairs(tokens);
  const bytesById = [...tokens, new Uint8Array(0)];
  const encodeText = (text: string): number[] => {
    const parts = cutLongRuns(text);
    return parts.length === 1 ? pairs.encode(text) : parts.flatMap((part) => pairs.encode(part));
  };

  return {
    vocabSize: r50kVocabSize,
    eosTokenId: r50kEosTokenId,
    specialTokens: new Map([[r50kEosTokenId, endOfText]]),
    encode(text, { special = false } = {}) {
      if (!special || !text.includes(endOfText)) return encodeText(text);
      return text.split(endOfText).flatMap((part, i) => [...(i > 0 ? [r50kEosTokenId] : []), ...encodeText(part)]);
    },
    tokenBytes(tokenId) {
      const bytes = bytesById[tokenId];
      if (bytes === undefined) {
        throw new RangeError(`"tokenId" expected integer in [0, ${r50kVocabSize}), got ${tokenId}`);
      }
      return bytes;
    },
  };
}
