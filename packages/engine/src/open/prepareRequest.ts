/** Validates a request once and brings it into the form the scheduler trusts. */
import {
  checkSeed,
  foreignHint,
  type GenerateRequest,
  type GrammarForm,
  grammarForms,
  type GrammarSpec,
  parameters,
  type SamplingParams,
  seedBits,
} from "@tokenmill/core";
import { checkBoolean, refuse, refuseBecause, refuseUnknown } from "@tokenmill/check";
import type { BanRule } from "../control/bans.ts";
import { phaseBehind, type SteeringRule } from "../control/steering.ts";
import { repetitionRule, type RepetitionRule } from "../control/repetition.ts";
import { banRule } from "./banRule.ts";
import {
  canonicalId,
  checkMaxTokens,
  checkPromptLogprobs,
  fittingTokens,
  grammarEos,
  promptTokenIds,
  type RequestLimits,
  streamOfSeed,
} from "./fieldChecks.ts";
import { steeringRule } from "./steeringRule.ts";
import { stopRegexes, stopStrings } from "./stops.ts";

/** Fields of a request that are not sampling parameters. */
const requestFields = [
  "prompt",
  "parseSpecial",
  "sequenceId",
  "randomStreamId",
  "maxTokens",
  "stop",
  "stopRegex",
  "ignoreEos",
  "repetitionDetection",
  "thinkingTokenBudget",
  "thinking",
  "forcedTokenIds",
  "forcedEosTokenId",
  "phases",
  "bannedStrings",
  "bannedRegex",
  "bannedRegexIgnoreCase",
  "bannedN",
  "rewindCountMax",
  "promptLogprobs",
  ...grammarForms,
] as const satisfies readonly Exclude<keyof GenerateRequest, keyof SamplingParams>[];
const knownFields: readonly string[] = [...requestFields, ...parameters.map(({ name }) => name)];

/** A valid request, except for its sampling parameters, which the pool checks when it compiles them. */
export interface PreparedRequest {
  readonly promptTokenIds: readonly number[];
  /** As given; absent: the engine numbers it. */
  readonly sequenceId: number | bigint | undefined;
  /** As given, or by the seed; absent: the sequence's own id. */
  readonly randomStreamId: number | bigint | undefined;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly stopRegex: readonly string[];
  readonly ignoreEos: boolean;
  readonly repetition: RepetitionRule | undefined;
  readonly steering: SteeringRule | undefined;
  /** Of the first token; undefined: none. */
  readonly firstPhase: number | undefined;
  readonly bans: BanRule | undefined;
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
  const { bannedStrings, bannedRegex, bannedRegexIgnoreCase, bannedN, rewindCountMax, ...unbanned } = rest;
  const { thinkingTokenBudget, thinking, forcedTokenIds, forcedEosTokenId, phases, ...unsteered } = unbanned;
  const banFields = { bannedStrings, bannedRegex, bannedRegexIgnoreCase, bannedN, rewindCountMax };
  const { prompt, sequenceId, maxTokens, stop, stopRegex, ignoreEos = false, seed, ...params } = unsteered;
  checkBoolean("ignoreEos", ignoreEos);
  checkBoolean("parseSpecial", parseSpecial);
  checkSeed("seed", seed);
  const spec = grammarSpec({ jsonSchema, grammar, regex, choice, structuralTag });
  const eosTokenIds = spec ? [grammarEos(spec, limits, ignoreEos)] : limits.eosTokenIds;
  const promptIds = promptTokenIds(prompt, parseSpecial, limits);
  const most = checkMaxTokens(fittingTokens(promptIds.length, maxTokens, limits), params.minTokens);
  const steered = { maxTokens: most, hasForm: spec !== undefined, bannedTokenIds: params.bannedTokenIds };
  const steeringFields = { thinkingTokenBudget, thinking, forcedTokenIds, forcedEosTokenId, phases };
  const steering = steeringRule(steeringFields, steered, limits);
  const { tokenizer } = limits;
  return {
    promptTokenIds: promptIds,
    sequenceId: canonicalId(sequenceId),
    randomStreamId: canonicalId(randomStreamId, "randomStreamId") ?? streamOfSeed(request),
    maxTokens: most,
    stop: stopStrings(stop, limits),
    stopRegex: stopRegexes(stopRegex, limits),
    ignoreEos,
    repetition: repetitionRule(repetitionDetection),
    steering,
    firstPhase: phaseBehind(steering, { ...steered, promptLength: promptIds.length }, tokenizer, promptIds),
    bans: banRule(banFields, limits),
    params: ignoreEos ? params : withStopTokens(params, eosTokenIds),
    seed: seedBits(seed),
    grammar: spec,
    promptLogprobs: checkPromptLogprobs(promptLogprobs, limits),
  };
}

/** The one form that is given. @throws TypeError for more than one. */
function grammarSpec(forms: Readonly<Record<GrammarForm, unknown>>): GrammarSpec | undefined {
  const [first, second] = Object.entries(forms).filter(([, form]) => form !== undefined);
  if (second) {
    refuseBecause(second[0], `expected nothing beside "${first![0]}": an output has one form`, true, [first![0]]);
  }
  return first && (Object.fromEntries([first]) as unknown as GrammarSpec);
}

function withStopTokens(params: SamplingParams, tokenIds: readonly number[]): SamplingParams {
  const { stopTokenIds = [] } = params;
  // Not an array: left as it is for the pool to refuse.
  if (!Array.isArray(stopTokenIds)) return params;
  const missing = tokenIds.filter((tokenId) => !stopTokenIds.includes(tokenId));
  return missing.length === 0 ? params : { ...params, stopTokenIds: [...stopTokenIds, ...missing] };
}
