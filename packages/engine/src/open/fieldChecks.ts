/** Single fields, as requests and resume records have them: checked, and brought into the form that sequences have. */
import {
  checkSeed,
  type GenerateRequest,
  type GrammarProvider,
  type GrammarSpec,
  seedBits,
  type Tokenizer,
} from "@tokenmill/core";
import {
  checkInteger,
  checkText,
  checkTokenIds,
  checkUint64,
  mostTokens,
  refuse,
  refuseBecause,
  show,
} from "@tokenmill/check";

const defaultMaxTokens = 256;

/** What the source can do, as far as requests depend on it. */
export interface RequestLimits {
  readonly sourceName: string;
  readonly vocabSize: number;
  readonly tokenizer: Tokenizer | undefined;
  readonly grammar: GrammarProvider | undefined;
  /** The pool's. */
  readonly maxLogprobs: number;
  /** The source's: every token that ends an output. */
  readonly eosTokenIds: readonly number[];
  /** Most tokens of a sequence, prompt and output. */
  readonly contextTokens: number;
}

/** Text or ids as ids. @throws TypeError, RangeError */
export function promptTokenIds(
  prompt: unknown,
  special: boolean,
  { tokenizer, sourceName, vocabSize }: RequestLimits,
): readonly number[] {
  if (prompt === undefined) return [];
  if (typeof prompt === "string") {
    if (prompt === "") return [];
    if (!tokenizer) {
      refuseBecause("prompt", `expected token ids, got text: source ${show(sourceName)} has no tokenizer`, true);
    }
    return tokenizer.encode(checkText("prompt", prompt), { special, isPrompt: true });
  }
  if (!Array.isArray(prompt)) refuse("prompt", "string or array of token ids", prompt, true);
  checkTokenIds("prompt", prompt, vocabSize);
  return [...prompt];
}

/** @throws unless it is an integer in 1 … 2^24 and not below `minTokens`. */
export function checkMaxTokens(maxTokens: unknown, minTokens: unknown): number {
  if (typeof maxTokens !== "number") refuse("maxTokens", "integer in [1, 2^24]", maxTokens, true);
  if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > mostTokens) {
    refuse("maxTokens", "integer in [1, 2^24]", maxTokens, false);
  }
  if (typeof minTokens === "number" && minTokens > maxTokens) {
    refuse("minTokens", `integer in [0, ${maxTokens}], as "maxTokens" is ${maxTokens}`, minTokens, false, [
      "maxTokens",
    ]);
  }
  return maxTokens;
}

/** What is asked for, or the default, fewer where the context leaves fewer. @throws RangeError for more than it holds */
export function fittingTokens(
  promptLength: number,
  maxTokens: unknown,
  { contextTokens, sourceName }: RequestLimits,
): unknown {
  const left = contextTokens - promptLength;
  if (left < 1) {
    const held = `source ${show(sourceName)} holds ${contextTokens} tokens of a sequence, output included`;
    refuseBecause("prompt", `expected at most ${contextTokens - 1} tokens, got ${promptLength}: ${held}`, false);
  }
  const wanted = maxTokens ?? Math.min(defaultMaxTokens, left);
  if (typeof wanted !== "number" || !(wanted > left)) return wanted;
  const held = `source ${show(sourceName)} holds ${contextTokens} tokens of a sequence, and ${promptLength} are the prompt's`;
  return refuseBecause("maxTokens", `expected at most ${left}, got ${wanted}: ${held}`, false);
}

/** @throws unless it is absent or an integer from 0 to what the pool has room for. */
export function checkPromptLogprobs(count: unknown, { maxLogprobs }: RequestLimits): number | undefined {
  if (count === undefined) return undefined;
  return checkInteger("promptLogprobs", count, { min: 0, max: maxLogprobs });
}

/** The token that ends an output of the grammar. @throws TypeError where there is nobody to follow it. */
export function grammarEos(spec: GrammarSpec, { grammar }: RequestLimits, ignoreEos: boolean): number {
  const name = Object.keys(spec)[0]!;
  if (!grammar) {
    refuseBecause(name, 'expected an engine that can follow it: pass createEngine a "grammar" provider', true);
  }
  if (ignoreEos) {
    refuseBecause("ignoreEos", `expected false beside "${name}": end of text ends what it describes`, true, [name]);
  }
  return grammar.eosTokenId;
}

/** The id as a number where that is exact, else as a bigint. @throws TypeError, RangeError */
export function canonicalId(id: unknown, name = "sequenceId"): number | bigint | undefined {
  if (id === undefined) return undefined;
  const checked = checkUint64(name, id as number | bigint);
  return checked <= Number.MAX_SAFE_INTEGER ? Number(checked) + 0 : checked;
}

/**
 * The random stream of a request that has a seed and says nothing else of it: the first, whatever number the sequence gets.
 * Undefined: the sequence's own. @throws TypeError, RangeError for what is no seed.
 */
export function streamOfSeed({ seed, sequenceId }: GenerateRequest): number | undefined {
  checkSeed("seed", seed);
  return seedBits(seed) !== undefined && sequenceId === undefined ? 0 : undefined;
}
