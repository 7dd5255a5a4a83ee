/** What the engine knows of a tokenizer: which tokens are text, with which bytes, which are special, which end the output. */
import type { Tokenizer } from "@tokenmill/contracts";
import { repeatsOf } from "./repeats.ts";
import { buildTrie, depthOf, tokenUnder, type Trie } from "./trie.ts";

export interface VocabularyOptions {
  readonly tokenizer: Pick<Tokenizer, "vocabSize" | "tokenBytes">;
  /** Length of a row. */
  readonly vocabSize: number;
  /** Tokens that end an output. */
  readonly eosTokenIds: readonly number[];
  /** Tokens that are never part of a text, besides those: a grammar can only name them. */
  readonly specialTokenIds?: readonly number[];
  /** What `buildTrie` made of the same tokens before. Absent: it is made now. */
  readonly trie?: Trie | undefined;
}

const noBytes = new Uint8Array(0);

export class Vocabulary {
  readonly vocabSize: number;
  /** Words of a mask. */
  readonly wordCount: number;
  readonly eosTokenIds: readonly number[];
  readonly trie: Trie;
  readonly #bytes: readonly Uint8Array[];
  #repeats: ((bytes: readonly number[]) => boolean) | undefined;

  constructor({ tokenizer, vocabSize, eosTokenIds, specialTokenIds = [], trie }: VocabularyOptions) {
    const noText = new Set([...eosTokenIds, ...specialTokenIds]);
    this.vocabSize = vocabSize;
    this.wordCount = Math.ceil(vocabSize / 32);
    this.eosTokenIds = eosTokenIds;
    this.#bytes = Array.from({ length: tokenizer.vocabSize }, (_, id) =>
      noText.has(id) ? noBytes : tokenizer.tokenBytes(id),
    );
    this.trie =
      trie ??
      buildTrie(
        this.#bytes.map((bytes, id) => ({ id, bytes })),
        vocabSize,
      );
  }

  /** The bytes that the token adds to a text; none for one that is no text, or none of the vocabulary. */
  bytes(tokenId: number): Uint8Array {
    return this.#bytes[tokenId] ?? noBytes;
  }

  /** Whether a token holds ", " and a text that begins with these bytes. */
  mayRepeat(bytes: readonly number[]): boolean {
    return (this.#repeats ??= repeatsOf(this.#bytes))(bytes);
  }

  /** The bytes from a depth to the tree's node, its own too. */
  bytesTo(node: number, fromDepth: number): Uint8Array {
    return this.bytes(tokenUnder(this.trie, node)).subarray(fromDepth, depthOf(this.trie, node) + 1);
  }
}
