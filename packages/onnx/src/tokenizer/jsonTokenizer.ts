/** The tokenizer of a `tokenizer.json`, by Hugging Face's own library. */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { checkInteger } from "@tokenmill/check";
import type { EncodeOptions, Tokenizer } from "@tokenmill/contracts";
import { bytesOfPiece, type Spelling } from "@tokenmill/contracts/runtimes";
import { spellingOf } from "./spellingOf.ts";

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

interface TokenizerJson {
  readonly decoder?: unknown;
  readonly added_tokens?: readonly AddedToken[];
}

export interface JsonTokenizerOptions {
  readonly tokenizerJson: object;
  readonly tokenizerConfig: object;
  /** Ends a text. Absent: nothing does. */
  readonly eosTokenId: number | undefined;
}

export class JsonTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly eosTokenId: number | undefined;
  readonly specialTokens: ReadonlyMap<number, string>;
  readonly #whole: HuggingFaceTokenizer;
  /** Does not know special tokens: their names are text. */
  readonly #plain: HuggingFaceTokenizer;
  readonly #spelling: Spelling;
  readonly #added: ReadonlyMap<number, AddedToken>;
  readonly #bytes: (Uint8Array | undefined)[];

  /** @throws Error for a tokenizer whose tokens have no bytes of their own */
  constructor({ tokenizerJson, tokenizerConfig, eosTokenId }: JsonTokenizerOptions) {
    const json = tokenizerJson as TokenizerJson;
    const added = json.added_tokens ?? [];
    this.#spelling = spellingOf(json.decoder);
    this.#whole = new HuggingFaceTokenizer(json, tokenizerConfig);
    this.#plain = new HuggingFaceTokenizer(
      { ...json, added_tokens: added.filter(({ special }) => special !== true) },
      tokenizerConfig,
    );
    this.#added = new Map(added.map((token) => [token.id, token]));
    this.specialTokens = new Map(
      added.filter(({ special }) => special === true).map(({ id, content }) => [id, content]),
    );
    this.vocabSize = 1 + Math.max(...this.#whole.get_vocab().values(), ...this.#added.keys());
    this.eosTokenId = eosTokenId;
    this.#bytes = new Array<Uint8Array | undefined>(this.vocabSize);
  }

  encode(text: string, { special = false, isPrompt = false }: EncodeOptions = {}): number[] {
    const tokenizer = special ? this.#whole : this.#plain;
    const { ids } = tokenizer.encode(text, { add_special_tokens: false });
    return isPrompt ? [...this.#beginning(), ...ids] : ids;
  }

  tokenBytes(tokenId: number): Uint8Array {
    return (this.#bytes[tokenId] ??= this.#bytesOf(tokenId));
  }

  /** What the model wants before a prompt: what stands before a text's own tokens. */
  #beginning(): number[] {
    const marked = this.#whole.encode("a", { add_special_tokens: true }).ids;
    const [first] = this.#whole.encode("a", { add_special_tokens: false }).ids;
    return marked.slice(0, Math.max(0, marked.indexOf(first ?? -1)));
  }

  #bytesOf(tokenId: number): Uint8Array {
    checkInteger("tokenId", tokenId, { min: 0, max: this.vocabSize - 1 });
    const added = this.#added.get(tokenId);
    if (added) return added.special === true ? new Uint8Array(0) : new TextEncoder().encode(added.content);
    const piece = this.#whole.id_to_token(tokenId);
    return piece === undefined ? new Uint8Array(0) : bytesOfPiece(piece, this.#spelling);
  }
}
