/** Bytes and texts of single tokens, as log-probabilities name them. */
import type { Tokenizer } from "@tokenmill/core";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Log-probabilities in OpenAI's JSON: −Infinity, which JSON lacks, is −9999. */
export function jsonLogprob(logprob: number): number {
  return Number.isFinite(logprob) ? logprob : -9999;
}

/** The token's text; bytes that are no whole characters as `\xE2`, and `token_id:5` where there is no tokenizer. */
export function tokenText(tokenizer: Tokenizer | undefined, tokenId: number): string {
  if (!tokenizer) return `token_id:${tokenId}`;
  const bytes = tokenizer.tokenBytes(tokenId);
  try {
    return strict.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) =>
      byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join("");
  }
}

/** The token's bytes, null where there is no tokenizer. */
export function tokenBytes(tokenizer: Tokenizer | undefined, tokenId: number): number[] | null {
  return tokenizer ? Array.from(tokenizer.tokenBytes(tokenId)) : null;
}
