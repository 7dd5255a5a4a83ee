/**
 * Trains the embedded model from its corpus: read, encode, count, estimate. About 2 s (Node 20, EPYC), most of it
 * encoding; between texts it yields to the event loop, so that a progress bar can be drawn.
 */
import { setImmediate } from "node:timers/promises";
import type { Tokenizer } from "@tokenmill/contracts";
import { readCorpus } from "../packed/corpus.ts";
import { estimateKneserNey, type TrainedTables } from "./kneserNey.ts";
import { r50kEosTokenId } from "../tokenizer/r50kTokenizer.ts";
import { buildNgramTrie } from "./ngramTrie.ts";
import { tokenStream } from "./tokenStream.ts";

/** What the model is busy with: `fraction` of the whole work, 0 … 1, never falling. */
export interface ModelProgress {
  readonly stage: "load" | "encode" | "count" | "estimate" | "save" | "ready";
  readonly fraction: number;
}

/** Shares of the training time before each stage, measured. */
const startOf = { encode: 0.02, count: 0.6, estimate: 0.75, save: 0.97 } as const;

const textsPerTurn = 8;

/** Trains on `readCorpus()`'s texts; the same corpus and tokenizer give the same bytes on every machine. */
export async function trainModel(
  tokenizer: Tokenizer,
  onProgress: (progress: ModelProgress) => void,
): Promise<TrainedTables> {
  onProgress({ stage: "encode", fraction: startOf.encode });
  const texts = await readCorpus();
  const encoded: number[][] = [];
  for (const [done, text] of texts.entries()) {
    encoded.push(tokenizer.encode(text));
    if (done % textsPerTurn === 0) {
      const fraction = startOf.encode + (startOf.count - startOf.encode) * (done / texts.length);
      onProgress({ stage: "encode", fraction });
      await setImmediate();
    }
  }
  onProgress({ stage: "count", fraction: startOf.count });
  await setImmediate();
  const trie = buildNgramTrie(tokenStream(encoded, r50kEosTokenId), tokenizer.vocabSize);
  onProgress({ stage: "estimate", fraction: startOf.estimate });
  await setImmediate();
  const tables = estimateKneserNey(trie);
  onProgress({ stage: "save", fraction: startOf.save });
  return tables;
}
