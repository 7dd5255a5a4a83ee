/** Fields of a request that force tokens, and that say which parts its output has, checked. */
import {
  checkBoolean,
  checkInteger,
  checkOptions,
  checkTokenIds,
  mostTokens,
  refuse,
  refuseBecause,
} from "@tokenmill/check";
import type { ThinkingTags } from "@tokenmill/core";
import type { SteeringFields, SteeringRule } from "../control/steering.ts";
import { tagOf } from "../control/tags.ts";
import type { ThinkingRule } from "../control/thinking.ts";
import { jsonPhases } from "../snapshot/jsonParams.ts";
import type { RequestLimits } from "./fieldChecks.ts";
import { followThinking, phaseBegins } from "./phaseRules.ts";
import { checkTag, tagLimits } from "./tagChecks.ts";

const tagNames: readonly (keyof ThinkingTags)[] = ["start", "ends", "forcedEnd", "isOpen"];
const mostEnds = 16;
const endLimits = { ids: 1024, units: 4096 };

/** What of the rest of the request it is held against. */
export interface SteeredRequest {
  readonly maxTokens: number;
  readonly hasForm: boolean;
  readonly bannedTokenIds: readonly number[] | undefined;
}

type Given = { readonly [Name in keyof SteeringFields]?: SteeringFields[Name] | undefined };

/** Undefined: nothing is forced, thinking is nothing of its own, and there are no phases. @throws TypeError, RangeError */
export function steeringRule(given: Given, request: SteeredRequest, limits: RequestLimits): SteeringRule | undefined {
  const phases = phaseBegins(given.phases, limits);
  const thinking = thinkingRule(given, request.hasForm, followThinking(phases), limits);
  const { forcedTokenIds = [], forcedEosTokenId } = given;
  checkTokenIds("forcedTokenIds", forcedTokenIds, limits.vocabSize);
  if (forcedTokenIds.length > request.maxTokens) {
    const most = `at most ${request.maxTokens} ids, as "maxTokens" is ${request.maxTokens}`;
    refuseBecause("forcedTokenIds", `expected ${most}, got ${forcedTokenIds.length}`, false, ["maxTokens"]);
  }
  if (forcedEosTokenId !== undefined) checkForcedEos(forcedEosTokenId, request, limits);
  if (!thinking && !phases && forcedTokenIds.length === 0 && forcedEosTokenId === undefined) return undefined;
  const plain = { ...given, phases: phases && jsonPhases(given.phases!) };
  const fields: SteeringFields = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  return { fields: structuredClone(fields), thinking, forcedTokenIds: [...forcedTokenIds], forcedEosTokenId, phases };
}

function checkForcedEos(
  tokenId: number,
  { hasForm, bannedTokenIds }: SteeredRequest,
  { vocabSize }: RequestLimits,
): void {
  checkInteger("forcedEosTokenId", tokenId, { min: 0, max: vocabSize - 1 });
  if (hasForm)
    refuseBecause("forcedEosTokenId", "expected nothing beside a form of the output, which ends by itself", false);
  if (Array.isArray(bannedTokenIds) && bannedTokenIds.includes(tokenId)) {
    refuseBecause("forcedEosTokenId", `expected a token that is not banned, got ${tokenId}`, false, ["bannedTokenIds"]);
  }
}

function thinkingRule(
  given: Given,
  hasForm: boolean,
  isFollowed: boolean,
  limits: RequestLimits,
): ThinkingRule | undefined {
  const { thinkingTokenBudget = -1, thinking } = given;
  checkInteger("thinkingTokenBudget", thinkingTokenBudget, { min: -1, max: mostTokens });
  if (thinking === undefined && thinkingTokenBudget === -1 && !isFollowed) return undefined;
  const {
    start = "<think>",
    ends = ["</think>"],
    forcedEnd,
    isOpen,
  } = checkOptions("thinking", thinking ?? {}, tagNames, "thinking field");
  if (thinkingTokenBudget === -1 && !hasForm && !isFollowed) {
    const why =
      'expected "thinkingTokenBudget" or a form of the output beside it, or "phases" from thinking or answer, as it says nothing else';
    refuseBecause("thinking", why, false, ["thinkingTokenBudget", "phases"]);
  }
  if (!Array.isArray(ends) || ends.length === 0 || ends.length > mostEnds) {
    refuse("thinking.ends", `array of 1 to ${mostEnds} tags`, ends, !Array.isArray(ends));
  }
  const { tokenizer } = limits;
  for (const [i, end] of ends.entries()) checkTag(`thinking.ends[${i}]`, end, tagLimits, limits);
  checkTag("thinking.start", start, tagLimits, limits);
  if (forcedEnd !== undefined) checkTag("thinking.forcedEnd", forcedEnd, endLimits, limits);
  if (isOpen !== undefined) checkBoolean("thinking.isOpen", isOpen);
  const forced = forcedEnd ?? ends[0]!;
  return {
    budget: thinkingTokenBudget === -1 ? Number.POSITIVE_INFINITY : thinkingTokenBudget,
    start: tagOf(start, tokenizer),
    ends: ends.map((end: string | readonly number[]) => tagOf(end, tokenizer)),
    forcedEnd: typeof forced === "string" ? tokenizer!.encode(forced, { special: true }) : [...forced],
    isOpen,
  };
}
