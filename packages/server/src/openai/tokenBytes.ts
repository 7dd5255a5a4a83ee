/** Bytes and texts of single tokens, as log-probabilities name them. */
import type { Tokenizer } from "@tokenmill/core";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

/** Log-probabilities in OpenAI's JSON: −Infinity, which JSON lacks, is −9999. */
export function jsonLogprob(logprob: number): number {
  return Number.isFinite(logprob) ? logprob : -9999;
}

/**
 * The token's text, of a special token its name; bytes that are no whole characters as `\xE2`, and `token_id:5` where
 * there is no tokenizer.
 */
export function tokenText(tokenizer: Tokenizer | undefined, tokenId: number): string {
  if (!tokenizer) return `token_id:${tokenId}`;
  const bytes = bytesOf(tokenizer, tokenId);
  try {
    return strict.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) =>
      byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join("");
  }
}

/** The bytes of that text, null where there is no tokenizer. */
export function tokenBytes(tokenizer: Tokenizer | undefined, tokenId: number): number[] | null {
  return tokenizer ? Array.from(bytesOf(tokenizer, tokenId)) : null;
}

/** What the token is in a prompt that is echoed: special tokens stand there by name, which an output leaves out. */
export function promptBytes(tokenizer: Tokenizer | undefined, tokenId: number): Uint8Array {
  return tokenizer ? bytesOf(tokenizer, tokenId) : utf8.encode(tokenText(tokenizer, tokenId));
}

/** What the token adds to an output. */
export function outputBytes(tokenizer: Tokenizer | undefined, tokenId: number): Uint8Array {
  return tokenizer ? tokenizer.tokenBytes(tokenId) : new Uint8Array(0);
}

function bytesOf(tokenizer: Tokenizer, tokenId: number): Uint8Array {
  const name = tokenizer.specialTokens?.get(tokenId);
  return name === undefined ? tokenizer.tokenBytes(tokenId) : utf8.encode(name);
}
