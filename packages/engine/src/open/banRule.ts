/** Fields of a request that ban texts, checked. */
import { mostTokens, refuse, refuseBecause } from "@tokenmill/check";
import type { BanRule } from "../control/bans.ts";
import type { RequestLimits } from "./fieldChecks.ts";
import { checkHasSearch, checkHasText, distinctTexts } from "./textLists.ts";

/** What a request says of it. */
export interface BanFields {
  readonly bannedStrings?: unknown;
  readonly bannedRegex?: unknown;
  readonly bannedRegexIgnoreCase?: unknown;
  readonly bannedN?: unknown;
  readonly rewindCountMax?: unknown;
}

const mostRewinds = 255;
/** Where nothing is said: twice the texts, and at least that many. */
const leastRewinds = 20;
const stringLimits = { count: 1024, length: 4096, total: 16_384 };
const patternLimits = { count: 64, length: 4096, total: 16_384 };

/** Undefined: nothing is banned. @throws TypeError, RangeError */
export function banRule(fields: BanFields, limits: RequestLimits): BanRule | undefined {
  const bannedStrings = distinctTexts("bannedStrings", fields.bannedStrings, stringLimits);
  checkHasText("bannedStrings", bannedStrings, limits);
  const bannedRegex = patterns("bannedRegex", fields.bannedRegex, limits);
  const bannedRegexIgnoreCase = patterns("bannedRegexIgnoreCase", fields.bannedRegexIgnoreCase, limits);
  const bannedN = countOrDefault("bannedN", fields.bannedN, mostTokens) ?? 1;
  const rewindCountMax = countOrDefault("rewindCountMax", fields.rewindCountMax, mostRewinds) ?? -1;
  const lists = [fields.bannedStrings, fields.bannedRegex, fields.bannedRegexIgnoreCase];
  if (lists.every((list) => list === undefined)) {
    const idle = bannedN !== 1 ? "bannedN" : rewindCountMax !== -1 ? "rewindCountMax" : undefined;
    if (idle)
      refuseBecause(idle, 'expected "bannedStrings" or "bannedRegex" beside it, as it says nothing else', false, [
        "bannedStrings",
        "bannedRegex",
      ]);
  }
  const count = bannedStrings.length + bannedRegex.length + bannedRegexIgnoreCase.length;
  if (count === 0) return undefined;
  const usual = Math.min(mostRewinds, Math.max(leastRewinds, 2 * count));
  return {
    bannedStrings,
    bannedRegex,
    bannedRegexIgnoreCase,
    bannedN,
    rewindCountMax: rewindCountMax === -1 ? usual : rewindCountMax,
  };
}

/** −1, or an integer from 1 on. */
function countOrDefault(name: string, count: unknown, max: number): number | undefined {
  if (count === undefined || count === -1) return count;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > max) {
    refuse(name, `-1, or integer in [1, ${max}]`, count, typeof count !== "number");
  }
  return count;
}

function patterns(name: string, given: unknown, limits: RequestLimits): readonly string[] {
  const list = distinctBans(name, given);
  checkHasText(name, list, limits);
  checkHasSearch(name, list, limits);
  return list;
}

/** Patterns without duplicates; what is none is found when they are compiled. @throws TypeError, RangeError */
export function distinctBans(name: string, given: unknown): readonly string[] {
  return distinctTexts(name, given, patternLimits);
}
