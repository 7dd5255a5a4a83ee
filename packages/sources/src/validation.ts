/** Checks that several sources share. */
import { checkInteger, mostTokens, refuse } from "@tokenmill/check";
import type { Tokenizer } from "@tokenmill/contracts";

/** A vocabulary size that a row may have and, if there is a tokenizer, that it has too. @throws TypeError, RangeError */
export function checkVocabSize(vocabSize: unknown, tokenizer: Tokenizer | undefined): void {
  checkTokenizer(tokenizer);
  checkInteger("vocabSize", vocabSize, { min: 1, max: mostTokens });
  if (tokenizer !== undefined && tokenizer.vocabSize !== vocabSize) {
    refuse("vocabSize", `${tokenizer.vocabSize} as the tokenizer has`, vocabSize, false);
  }
}

/** A tokenizer, if there is one. @throws TypeError */
export function checkTokenizer(tokenizer: unknown): void {
  if (tokenizer === undefined) return;
  const isObject = typeof tokenizer === "object" && tokenizer !== null;
  if (!isObject || typeof (tokenizer as Tokenizer).tokenBytes !== "function") {
    refuse("tokenizer", "a tokenizer", tokenizer, true);
  }
}
