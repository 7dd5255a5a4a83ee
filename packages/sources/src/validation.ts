/** Checks of what users pass to sources; each throws with the option's name, what was expected, and what came. */
import type { Tokenizer } from "@tokenmill/contracts";

const largestVocabSize: number = 2 ** 24;

export function checkInteger(name: string, value: unknown, min: number, max: number): void {
  const message = `"${name}" expected integer in [${min}, ${max}], got ${describe(value)}`;
  if (typeof value !== "number") throw new TypeError(message);
  if (!Number.isInteger(value) || value < min || value > max) throw new RangeError(message);
}

/** A number above `above` and up to `max`. */
export function checkNumber(name: string, value: unknown, above: number, max: number): void {
  const message = `"${name}" expected number in (${above}, ${max}], got ${describe(value)}`;
  if (typeof value !== "number") throw new TypeError(message);
  if (!(value > above && value <= max)) throw new RangeError(message);
}

export function checkOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  const message = `"${name}" expected one of ${allowed.join(", ")}, got ${describe(value)}`;
  if (typeof value !== "string") throw new TypeError(message);
  if (!allowed.includes(value)) throw new RangeError(message);
}

/** A vocabulary size that a row may have and, if there is a tokenizer, that it has too. */
export function checkVocabSize(vocabSize: unknown, tokenizer: Tokenizer | undefined): void {
  checkTokenizer(tokenizer);
  checkInteger("vocabSize", vocabSize, 1, largestVocabSize);
  if (tokenizer !== undefined && tokenizer.vocabSize !== vocabSize) {
    throw new RangeError(
      `"vocabSize" expected ${tokenizer.vocabSize} as the tokenizer has, got ${describe(vocabSize)}`,
    );
  }
}

/** A tokenizer, if there is one. */
export function checkTokenizer(tokenizer: unknown): void {
  if (tokenizer === undefined) return;
  const isObject = typeof tokenizer === "object" && tokenizer !== null;
  if (!isObject || typeof (tokenizer as Tokenizer).tokenBytes !== "function") {
    throw new TypeError(`"tokenizer" expected a tokenizer, got ${describe(tokenizer)}`);
  }
}

function describe(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
