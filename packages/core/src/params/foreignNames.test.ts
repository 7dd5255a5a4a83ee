import { describe, expect, it } from "vitest";
import { foreignHint } from "./foreignHints.ts";
import { foreignNames } from "./foreignNames.ts";
import { parameters } from "./parameters.ts";
import { validateParams } from "./validateParams.ts";

/** Fields of a request that are no sampling parameters. */
const requestFields = [
  "maxTokens",
  "n",
  "stop",
  "ignoreEos",
  "promptLogprobs",
  "grammar",
  "thinkingTokenBudget",
  "forcedTokenIds",
  "bannedStrings",
  "bannedRegexIgnoreCase",
];
const ours = new Set<string>([...parameters.map(({ name }) => name), ...requestFields]);
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe("other engines' names", () => {
  it.each(Object.entries(foreignNames))("%s leads to names that are here, and is none of them", (name, entry) => {
    expect([...ours].map(snake)).not.toContain(name);
    expect(name).toMatch(/^[a-z][a-z_]*$/);
    const named = [...entry.hint.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    for (const one of [...named, ...(entry.ours === undefined ? [] : [entry.ours])]) expect(ours).toContain(one);
    expect(entry.isAlias && entry.ours === undefined).toBe(false);
    expect(entry.engines.length).toBeGreaterThan(0);
  });

  it("have a hint in whatever case they are written, in the caller's spelling", () => {
    for (const name of ["repeat_penalty", "repeatPenalty", "repeat-penalty"]) {
      expect(foreignHint(name)).toBe('it is "repetitionPenalty" here');
      expect(foreignHint(name, snake)).toBe('it is "repetition_penalty" here');
    }
    for (const name of ["topK", "constructor", "__proto__", ""]) expect(foreignHint(name)).toBeUndefined();
  });

  it("are said to who gives one to the library", () => {
    const check = (params: object): void => validateParams(params, 100, 20);
    expect(() => check({ repeat_last_n: 64 })).toThrow('unknown parameter "repeat_last_n": it is "penaltyLastN" here');
    expect(() => check({ tfsZ: 0.5 })).toThrow('unknown parameter "tfsZ": it is "tailFree" here');
    expect(() => check({ samplers: [] })).toThrow('is "chain" here, or that of an engine by "profile"');
    expect(() => check({ top_p: 0.5 })).toThrow('unknown parameter "top_p", did you mean "topP"?');
  });
});
