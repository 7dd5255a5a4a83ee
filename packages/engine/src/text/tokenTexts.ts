/**
 * Text of tokens for all sequences of an engine: a token that is whole UTF-8 by itself is decoded once and kept;
 * other tokens go through the incremental decoder.
 */
import type { Tokenizer } from "@tokenmill/core";
import { decodeUtf8, flushUtf8, type Utf8Carry } from "./utf8.ts";

export class TokenTexts {
  readonly tokenizer: Tokenizer;
  /** By token id: its text, null if its bytes are not whole characters, undefined if not looked at yet. */
  readonly #whole: (string | null | undefined)[];
  readonly #strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
    this.#whole = new Array<string | null | undefined>(tokenizer.vocabSize);
  }

  /** The token's bytes of UTF-8, which may be parts of characters. */
  bytes(tokenId: number): Uint8Array {
    return this.tokenizer.tokenBytes(tokenId);
  }

  /** Text that becomes certain with this token. */
  append(carry: Utf8Carry, tokenId: number): string {
    const whole = this.#wholeText(tokenId);
    if (whole === null) return decodeUtf8(carry, this.tokenizer.tokenBytes(tokenId));
    if (carry.utf8State === 0 || whole === "") return whole;
    // Whole UTF-8 never starts with a continuation byte: what is pending can no longer be completed.
    return flushUtf8(carry) + whole;
  }

  /** Text of one token by itself; U+FFFD where its bytes are a part of a character. */
  alone(tokenId: number): string {
    const carry = { utf8State: 0 };
    const text = this.append(carry, tokenId);
    return text + flushUtf8(carry);
  }

  #wholeText(tokenId: number): string | null {
    let whole = this.#whole[tokenId];
    if (whole === undefined) {
      try {
        whole = this.#strict.decode(this.tokenizer.tokenBytes(tokenId));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        whole = null;
      }
      this.#whole[tokenId] = whole;
    }
    return whole;
  }
}
