/** A tokenizer's bytes in shared memory: each thread reads them there. */
import type { Tokenizer } from "@tokenmill/contracts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";
import { allocateTrie, type SharedTrie, sharedTrie, shareTrie } from "./sharedTrie.ts";

export interface SharedVocabulary {
  /** Length of a row. */
  readonly vocabSize: number;
  readonly eosTokenId: number;
  readonly specialTokenIds: readonly number[];
  /** The tokens' bytes, one after the other. */
  readonly bytes: Uint8Array;
  /** Where each begins, and where the last ends. */
  readonly offsets: Uint32Array;
  readonly trie: SharedTrie;
}

export function shareVocabulary(
  tokenizer: Tokenizer,
  { vocabSize, eosTokenId, specialTokenIds }: Pick<SharedVocabulary, "vocabSize" | "eosTokenId" | "specialTokenIds">,
): SharedVocabulary {
  const count = tokenizer.vocabSize;
  const offsets = new Uint32Array(new SharedArrayBuffer((count + 1) * 4));
  for (let id = 0; id < count; id++) offsets[id + 1] = offsets[id]! + tokenizer.tokenBytes(id).length;
  const bytes = new Uint8Array(new SharedArrayBuffer(offsets[count]!));
  for (let id = 0; id < count; id++) bytes.set(tokenizer.tokenBytes(id), offsets[id]);
  const trie = allocateTrie(bytes.length, count);
  return { vocabSize, eosTokenId, specialTokenIds, bytes, offsets, trie };
}

export function vocabularyOf(shared: SharedVocabulary): Vocabulary {
  const { vocabSize, eosTokenId, specialTokenIds, bytes, offsets } = shared;
  const trie = sharedTrie(shared.trie, vocabSize);
  const vocabulary = new Vocabulary({
    tokenizer: {
      vocabSize: offsets.length - 1,
      tokenBytes: (id) => bytes.subarray(offsets[id], offsets[id + 1]),
    },
    vocabSize,
    eosTokenIds: [eosTokenId],
    specialTokenIds,
    trie,
  });
  if (!trie) shareTrie(shared.trie, vocabulary.trie);
  return vocabulary;
}
