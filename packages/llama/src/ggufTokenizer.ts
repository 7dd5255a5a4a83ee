/** The tokenizer inside a GGUF file, by llama.cpp's own code. */
import { checkInteger } from "@tokenmill/check";
import type { EncodeOptions, Tokenizer } from "@tokenmill/contracts";
import type { LibLlama, Pointer } from "./libllama.ts";

/** Most tokens have fewer bytes; others are asked for twice. */
const usualBytes = 64;

export class GgufTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly eosTokenId: number | undefined;
  readonly specialTokens: ReadonlyMap<number, string>;
  readonly #library: LibLlama;
  readonly #vocab: Pointer;
  readonly #bytes: (Uint8Array | undefined)[];
  /** What the model wants at the beginning of a prompt. */
  readonly #bosTokenId: number | undefined;
  #isClosed = false;

  constructor(library: LibLlama, vocab: Pointer) {
    this.#library = library;
    this.#vocab = vocab;
    this.vocabSize = library.vocabSize(vocab);
    const eos = library.eos(vocab);
    this.eosTokenId = eos >= 0 ? eos : undefined;
    this.#bytes = new Array<Uint8Array | undefined>(this.vocabSize);
    this.#bosTokenId = library.addsBos(vocab) ? library.bos(vocab) : undefined;
    const ids = Array.from({ length: this.vocabSize }, (_, id) => id);
    this.specialTokens = new Map(ids.filter((id) => library.isControl(vocab, id)).map((id) => [id, this.spelling(id)]));
  }

  /** The vocabulary is freed with its model: nothing of it can be asked for then. */
  close(): void {
    this.#isClosed = true;
  }

  encode(text: string, { special = false, isPrompt = false }: EncodeOptions = {}): number[] {
    this.#checkOpen();
    let ids = new Int32Array(Buffer.byteLength(text) + 8);
    let count = this.#library.tokenize(this.#vocab, text, ids, special);
    if (count < 0) {
      ids = new Int32Array(-count);
      count = this.#library.tokenize(this.#vocab, text, ids, special);
    }
    const found = Array.from(ids.subarray(0, count));
    const bos = this.#bosTokenId;
    return isPrompt && bos !== undefined && found[0] !== bos ? [bos, ...found] : found;
  }

  /** Special tokens have none: they are no part of a text. */
  tokenBytes(tokenId: number): Uint8Array {
    return (this.#bytes[tokenId] ??= this.#piece(tokenId, false));
  }

  /** How a special token is written in the model's chat template. */
  spelling(tokenId: number): string {
    return tokenId < 0 ? "" : Buffer.from(this.#piece(tokenId, true)).toString();
  }

  /** @throws Error instead of reading memory that was freed */
  #checkOpen(): void {
    if (this.#isClosed) throw new Error("the model of this tokenizer was closed");
  }

  #piece(tokenId: number, special: boolean): Uint8Array {
    this.#checkOpen();
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
