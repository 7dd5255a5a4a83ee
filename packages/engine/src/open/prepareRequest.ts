/** Validates a request once and brings it into the form the scheduler trusts. */
import {
  checkSeed,
  foreignHint,
  type GenerateRequest,
  type GrammarForm,
  grammarForms,
  type GrammarProvider,
  type GrammarSpec,
  parameters,
  type SamplingParams,
  seedBits,
  type Tokenizer,
} from "@tokenmill/core";
import {
  checkBoolean,
  checkInteger,
  checkText,
  checkTokenIds,
  checkUint64,
  mostTokens,
  refuse,
  refuseBecause,
  refuseUnknown,
  show,
} from "@tokenmill/check";
import { repetitionRule, type RepetitionRule } from "../control/repetition.ts";

/** Fields of a request that are not sampling parameters. */
const requestFields = [
  "prompt",
  "parseSpecial",
  "sequenceId",
  "randomStreamId",
  "maxTokens",
  "stop",
  "ignoreEos",
  "repetitionDetection",
  "promptLogprobs",
  ...grammarForms,
] as const satisfies readonly Exclude<keyof GenerateRequest, keyof SamplingParams>[];
const knownFields: readonly string[] = [...requestFields, ...parameters.map(({ name }) => name)];

const defaultMaxTokens = 256;
const mostStopStrings = 64;
const longestStopString = 4096;

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

/** A valid request, except for its sampling parameters, which the pool checks when it compiles them. */
export interface PreparedRequest {
  readonly promptTokenIds: readonly number[];
  /** As given; absent: the engine numbers it. */
  readonly sequenceId: number | bigint | undefined;
  /** As given, or by the seed; absent: the sequence's own id. */
  readonly randomStreamId: number | bigint | undefined;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly ignoreEos: boolean;
  readonly repetition: RepetitionRule | undefined;
  /** Without the seed; `stopTokenIds` holds end of text too unless it is ignored. */
  readonly params: SamplingParams;
  /** Undefined: none in particular. */
  readonly seed: number | bigint | undefined;
  readonly grammar: GrammarSpec | undefined;
  readonly promptLogprobs: number | undefined;
}

/** @throws TypeError for unknown fields and wrong types, RangeError for values out of range. */
export function prepareRequest(request: GenerateRequest, limits: RequestLimits): PreparedRequest {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    refuse("request", "an object", request, true);
  }
  refuseUnknown(Object.keys(request), knownFields, "request field", foreignHint);
  const { jsonSchema, grammar, regex, choice, structuralTag, ...others } = request;
  const { promptLogprobs, randomStreamId, parseSpecial = true, repetitionDetection, ...rest } = others;
  const { prompt, sequenceId, maxTokens, stop, ignoreEos = false, seed, ...params } = rest;
  checkBoolean("ignoreEos", ignoreEos);
  checkBoolean("parseSpecial", parseSpecial);
  checkSeed("seed", seed);
  const spec = grammarSpec({ jsonSchema, grammar, regex, choice, structuralTag });
  const eosTokenIds = spec ? [grammarEos(spec, limits, ignoreEos)] : limits.eosTokenIds;
  const promptIds = promptTokenIds(prompt, parseSpecial, limits);
  return {
    promptTokenIds: promptIds,
    sequenceId: canonicalId(sequenceId),
    randomStreamId: canonicalId(randomStreamId, "randomStreamId") ?? streamOfSeed(request),
    maxTokens: checkMaxTokens(fittingTokens(promptIds.length, maxTokens, limits), params.minTokens),
    stop: stopStrings(stop, limits),
    ignoreEos,
    repetition: repetitionRule(repetitionDetection),
    params: ignoreEos ? params : withStopTokens(params, eosTokenIds),
    seed: seedBits(seed),
    grammar: spec,
    promptLogprobs: checkPromptLogprobs(promptLogprobs, limits),
  };
}

/** @throws unless it is absent or an integer from 0 to what the pool has room for. */
export function checkPromptLogprobs(count: unknown, { maxLogprobs }: RequestLimits): number | undefined {
  if (count === undefined) return undefined;
  return checkInteger("promptLogprobs", count, { min: 0, max: maxLogprobs });
}

/** The one form that is given. @throws TypeError for more than one. */
function grammarSpec(forms: Readonly<Record<GrammarForm, unknown>>): GrammarSpec | undefined {
  const [first, second] = Object.entries(forms).filter(([, form]) => form !== undefined);
  if (second) {
    refuseBecause(second[0], `expected nothing beside "${first![0]}": an output has one form`, true, [first![0]]);
  }
  return first && (Object.fromEntries([first]) as unknown as GrammarSpec);
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

/**
 * The random stream of a request that has a seed and says nothing else of it: the first, whatever number the sequence gets.
 * Undefined: the sequence's own. @throws TypeError, RangeError for what is no seed.
 */
export function streamOfSeed({ seed, sequenceId }: GenerateRequest): number | undefined {
  checkSeed("seed", seed);
  return seedBits(seed) !== undefined && sequenceId === undefined ? 0 : undefined;
}

/** The id as a number where that is exact, else as a bigint. @throws TypeError, RangeError */
export function canonicalId(id: unknown, name = "sequenceId"): number | bigint | undefined {
  if (id === undefined) return undefined;
  const checked = checkUint64(name, id as number | bigint);
  return checked <= Number.MAX_SAFE_INTEGER ? Number(checked) + 0 : checked;
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

/** The stop strings without duplicates. @throws if one is empty, too long or not well-formed, or without a tokenizer. */
export function stopStrings(stop: unknown, { tokenizer, sourceName }: RequestLimits): readonly string[] {
  if (stop === undefined) return [];
  const strings: unknown[] | undefined = typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop : undefined;
  if (strings === undefined) refuse("stop", "string or array of strings", stop, true);
  if (strings.length > mostStopStrings) refuse("stop", `at most ${mostStopStrings} strings`, stop, false);
  for (const [i, string] of strings.entries()) {
    if (typeof string !== "string") refuse(`stop[${i}]`, "string", string, true);
    // A lone surrogate can never be in decoded text.
    if (string === "" || string.length > longestStopString || /\p{Surrogate}/u.test(string)) {
      refuse(`stop[${i}]`, `well-formed string of 1 to ${longestStopString} UTF-16 units`, string, false);
    }
  }
  if (strings.length > 0 && !tokenizer) {
    const reason = `expected a source with a tokenizer, got ${show(sourceName)} without one: use "stopTokenIds"`;
    refuseBecause("stop", reason, true, ["stopTokenIds"]);
  }
  return [...new Set(strings as string[])];
}

function promptTokenIds(
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

function withStopTokens(params: SamplingParams, tokenIds: readonly number[]): SamplingParams {
  const { stopTokenIds = [] } = params;
  // Not an array: left as it is for the pool to refuse.
  if (!Array.isArray(stopTokenIds)) return params;
  const missing = tokenIds.filter((tokenId) => !stopTokenIds.includes(tokenId));
  return missing.length === 0 ? params : { ...params, stopTokenIds: [...stopTokenIds, ...missing] };
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
