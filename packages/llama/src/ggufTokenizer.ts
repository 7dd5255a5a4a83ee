/** The tokenizer inside a GGUF file, by llama.cpp's own code. */
import { checkInteger } from "@tokenmill/check";
import type { Tokenizer } from "@tokenmill/core";
import type { LibLlama, Pointer } from "./libllama.ts";

/** Most tokens have fewer bytes; others are asked for twice. */
const usualBytes = 64;

export class GgufTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly eosTokenId: number | undefined;
  readonly #library: LibLlama;
  readonly #vocab: Pointer;
  readonly #bytes: (Uint8Array | undefined)[];
  #specialTokens: ReadonlyMap<number, string> | undefined;

  constructor(library: LibLlama, vocab: Pointer) {
    this.#library = library;
    this.#vocab = vocab;
    this.vocabSize = library.vocabSize(vocab);
    const eos = library.eos(vocab);
    this.eosTokenId = eos >= 0 ? eos : undefined;
    this.#bytes = new Array<Uint8Array | undefined>(this.vocabSize);
  }

  /** Special tokens inside the text are ordinary text unless `special` is true. */
  encode(text: string, { special = false }: { special?: boolean } = {}): number[] {
    let ids = new Int32Array(Buffer.byteLength(text) + 8);
    let count = this.#library.tokenize(this.#vocab, text, ids, special);
    if (count < 0) {
      ids = new Int32Array(-count);
      count = this.#library.tokenize(this.#vocab, text, ids, special);
    }
    return Array.from(ids.subarray(0, count));
  }

  /** Special tokens have none: they are no part of a text. */
  tokenBytes(tokenId: number): Uint8Array {
    return (this.#bytes[tokenId] ??= this.#piece(tokenId, false));
  }

  get specialTokens(): ReadonlyMap<number, string> {
    if (!this.#specialTokens) {
      const ids = Array.from(this.#bytes.keys()).filter((id) => this.tokenBytes(id).length === 0);
      this.#specialTokens = new Map(ids.map((id): [number, string] => [id, this.spelling(id)]));
    }
    return this.#specialTokens;
  }

  /** How a special token is written in the model's chat template. */
  spelling(tokenId: number): string {
    return tokenId < 0 ? "" : Buffer.from(this.#piece(tokenId, true)).toString();
  }

  #piece(tokenId: number, special: boolean): Uint8Array {
    checkInteger("tokenId", tokenId, { min: 0, max: this.vocabSize - 1 });
    let bytes = new Uint8Array(usualBytes);
    let length = this.#library.pieceOf(this.#vocab, tokenId, bytes, special);
    if (length < 0) {
      bytes = new Uint8Array(-length);
      length = this.#library.pieceOf(this.#vocab, tokenId, bytes, special);
    }
    return bytes.slice(0, Math.max(0, length));
  }
}
