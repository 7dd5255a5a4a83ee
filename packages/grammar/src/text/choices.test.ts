import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textsOf } from "../testing/randomGrammars.ts";
import { compiled, takes } from "../testing/takes.ts";
import { choicesText } from "./choices.ts";
import { textNode } from "./nodes.ts";

const rulesOf = (choices: unknown): ReturnType<typeof compiled> =>
  compiled({ rules: [{ name: "choice", body: textNode(choicesText(choices)) }], start: 0 });

describe("choices", () => {
  it("are these texts and no others, for random lists and all texts of up to 5 characters", () => {
    const texts = textsOf(5, ["a", "b", "é"]);
    const choice = fc.string({ unit: fc.constantFrom("a", "b", "é"), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 8 }), (choices) => {
        const rules = rulesOf(choices);
        expect(texts.filter((text) => takes(rules, text))).toEqual(texts.filter((text) => choices.includes(text)));
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    [["aaa", "aba", "abb"], ["aab"]],
    [
      ["January", "February", "March"],
      ["Februarrch", "Februarch"],
    ],
    [
      ["A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F"],
      ["A-----", "A--", "F-"],
    ],
  ])("%j have no words put together from two, such as %j", (choices, wrong) => {
    const rules = rulesOf(choices);
    for (const each of choices) expect(takes(rules, each)).toBe(true);
    for (const each of wrong) expect(takes(rules, each)).toBe(false);
  });

  it.each([
    [[], TypeError, '"choice" expected non-empty array of strings, got an array of 0'],
    ["ab", TypeError, '"choice" expected non-empty array of strings, got "ab"'],
    [["a", 1], TypeError, '"choice" expected strings, got 1'],
    [["\ud800"], RangeError, '"choice" expected strings without lone surrogates'],
    [["a".repeat(262_145)], RangeError, '"choice" expected at most 262144 UTF-16 units in all, got 262145'],
  ])("%# are refused", (choices, type, message) => {
    expect(() => choicesText(choices)).toThrow(type);
    expect(() => choicesText(choices)).toThrow(message);
  });
});
