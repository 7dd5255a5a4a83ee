/** The tokenizer inside a GGUF file, by node-llama-cpp; the bytes of tokens by their spelling in the file's vocabulary. */
import { checkInteger, refuseBecause } from "@tokenmill/check";
import type { EncodeOptions, Tokenizer } from "@tokenmill/contracts";
import { bytesOfPiece, type Spelling } from "@tokenmill/contracts/runtimes";
import type { RuntimeModel } from "./runtime.ts";

/** By `tokenizer.ggml.model`. */
const spellings: Readonly<Record<string, Spelling>> = { gpt2: "byteLevel", llama: "spaceMark" };

export class MetadataTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly eosTokenId: number | undefined;
  readonly specialTokens: ReadonlyMap<number, string>;
  readonly #model: RuntimeModel;
  readonly #pieces: readonly string[];
  readonly #spelling: Spelling;
  /** Of those that are no text, and of those that are not spelled as the others are. */
  readonly #bytes: (Uint8Array | undefined)[];
  #isClosed = false;

  /** @throws RangeError for vocabularies that do not lead to bytes */
  constructor(model: RuntimeModel) {
    const { model: kind, tokens } = model.fileInfo.metadata.tokenizer.ggml;
    const spelling = spellings[kind];
    if (spelling === undefined) {
      const known = Object.keys(spellings).join(" or ");
      refuseBecause("modelPath", `expected a tokenizer of kind ${known}, got ${JSON.stringify(kind)}`, false);
    }
    this.#model = model;
    this.#pieces = tokens;
    this.#spelling = spelling!;
    this.vocabSize = tokens.length;
    this.eosTokenId = model.tokens.eos ?? undefined;
    this.#bytes = new Array<Uint8Array | undefined>(tokens.length);
    const special = new Map<number, string>();
    for (const [id, piece] of tokens.entries()) {
      const { unknown, control, userDefined, unused } = model.getTokenAttributes(id);
      if (control) special.set(id, piece);
      if (unknown || control || unused) this.#bytes[id] = new Uint8Array(0);
      else if (userDefined) this.#bytes[id] = new TextEncoder().encode(piece);
    }
    this.specialTokens = special;
  }

  close(): void {
    this.#isClosed = true;
  }

  encode(text: string, { special = false, isPrompt = false }: EncodeOptions = {}): number[] {
    if (this.#isClosed) throw new Error("the model of this tokenizer was closed");
    const found = Array.from(this.#model.tokenize(text, special));
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    return isPrompt && shouldPrependBosToken && bos !== null && found[0] !== bos ? [bos, ...found] : found;
  }

  /** Special tokens have none: they are no part of a text. */
  tokenBytes(tokenId: number): Uint8Array {
    checkInteger("tokenId", tokenId, { min: 0, max: this.vocabSize - 1 });
    return (this.#bytes[tokenId] ??= bytesOfPiece(this.#pieces[tokenId]!, this.#spelling));
  }
}
