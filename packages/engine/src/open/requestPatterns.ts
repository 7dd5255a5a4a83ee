/** The patterns of a request, as they are compiled. */
import { checkOptions } from "@tokenmill/check";
import type { GenerateRequest } from "@tokenmill/core";
import { type PatternList, patternLists } from "../control/bans.ts";
import { StopSearch } from "../text/stopSearch.ts";
import { distinctBans } from "./banRule.ts";
import { distinctRegexes, distinctStrings } from "./stops.ts";

type Searched = {
  readonly [Name in "stop" | "stopRegex" | "bannedRegex" | "bannedRegexIgnoreCase"]?: GenerateRequest[Name] | undefined;
};

/**
 * What the engine has compiled for a request besides its form, as `GrammarProvider.compileSearch` takes it: who compiles it
 * before is told what is wrong with it, and the engine need not wait.
 * @throws TypeError, RangeError
 */
export function requestPatterns(request: Searched): PatternList[] {
  const { stop, stopRegex, bannedRegex, bannedRegexIgnoreCase } = checkOptions(
    "request",
    request,
    ["stop", "stopRegex", "bannedRegex", "bannedRegexIgnoreCase"],
    "request field",
  );
  const regexes = distinctRegexes(stopRegex);
  const stops = regexes.length > 0 ? new StopSearch(distinctStrings(stop), regexes).patterns : [];
  return [
    ...(stops.length > 0 ? [{ param: "stopRegex", patterns: stops }] : []),
    ...patternLists({
      bannedRegex: distinctBans("bannedRegex", bannedRegex),
      bannedRegexIgnoreCase: distinctBans("bannedRegexIgnoreCase", bannedRegexIgnoreCase),
    }),
  ];
}
