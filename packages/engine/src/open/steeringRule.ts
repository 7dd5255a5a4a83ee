/** Fields of a request that force tokens, checked. */
import {
  checkBoolean,
  checkInteger,
  checkOptions,
  checkTokenIds,
  mostTokens,
  refuse,
  refuseBecause,
  show,
} from "@tokenmill/check";
import type { SequenceRequest, ThinkingTags } from "@tokenmill/core";
import type { SteeringFields, SteeringRule } from "../control/steering.ts";
import { tagOf } from "../control/tags.ts";
import type { ThinkingRule } from "../control/thinking.ts";
import type { RequestLimits } from "./fieldChecks.ts";

const tagNames: readonly (keyof ThinkingTags)[] = ["start", "ends", "forcedEnd", "isOpen"];
const mostEnds = 16;
const tagLimits = { ids: 64, units: 256 };
const endLimits = { ids: 1024, units: 4096 };

/** What of the rest of the request it is held against. */
export interface SteeredRequest {
  readonly maxTokens: number;
  readonly hasForm: boolean;
  readonly bannedTokenIds: readonly number[] | undefined;
}

type Given = { readonly [Name in keyof SteeringFields]?: SequenceRequest[Name] | undefined };

/** Undefined: nothing is forced, and thinking is nothing of its own. @throws TypeError, RangeError */
export function steeringRule(given: Given, request: SteeredRequest, limits: RequestLimits): SteeringRule | undefined {
  const thinking = thinkingRule(given, request, limits);
  const { forcedTokenIds = [], forcedEosTokenId } = given;
  checkTokenIds("forcedTokenIds", forcedTokenIds, limits.vocabSize);
  if (forcedTokenIds.length > request.maxTokens) {
    const most = `at most ${request.maxTokens} ids, as "maxTokens" is ${request.maxTokens}`;
    refuseBecause("forcedTokenIds", `expected ${most}, got ${forcedTokenIds.length}`, false, ["maxTokens"]);
  }
  if (forcedEosTokenId !== undefined) checkForcedEos(forcedEosTokenId, request, limits);
  if (!thinking && forcedTokenIds.length === 0 && forcedEosTokenId === undefined) return undefined;
  const fields: SteeringFields = Object.fromEntries(
    Object.entries({ ...given }).filter(([, value]) => value !== undefined),
  );
  return { fields: structuredClone(fields), thinking, forcedTokenIds: [...forcedTokenIds], forcedEosTokenId };
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

function thinkingRule(given: Given, { hasForm }: SteeredRequest, limits: RequestLimits): ThinkingRule | undefined {
  const { thinkingTokenBudget = -1, thinking } = given;
  checkInteger("thinkingTokenBudget", thinkingTokenBudget, { min: -1, max: mostTokens });
  if (thinking === undefined && thinkingTokenBudget === -1) return undefined;
  const {
    start = "<think>",
    ends = ["</think>"],
    forcedEnd,
    isOpen,
  } = checkOptions("thinking", thinking ?? {}, tagNames, "thinking field");
  if (thinkingTokenBudget === -1 && !hasForm) {
    const why = 'expected "thinkingTokenBudget" or a form of the output beside it, as it says nothing else';
    refuseBecause("thinking", why, false, ["thinkingTokenBudget"]);
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

function checkTag(
  name: string,
  tag: unknown,
  most: { readonly ids: number; readonly units: number },
  { tokenizer, sourceName, vocabSize }: RequestLimits,
): void {
  if (typeof tag === "string") {
    if (tag === "" || tag.length > most.units || /\p{Surrogate}/u.test(tag)) {
      refuse(name, `well-formed string of 1 to ${most.units} UTF-16 units, or token ids`, tag, false);
    }
    if (!tokenizer)
      refuseBecause(name, `expected token ids, got text: source ${show(sourceName)} has no tokenizer`, true);
    return;
  }
  if (!Array.isArray(tag)) refuse(name, "string or array of token ids", tag, true);
  if (tag.length === 0 || tag.length > most.ids) refuse(name, `1 to ${most.ids} token ids`, tag, false);
  checkTokenIds(name, tag, vocabSize);
}
