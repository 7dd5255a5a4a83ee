/** Outputs that end where a regular expression matches, against RegExp over the output that they would have been. */
import type { GrammarProvider, TokenEvent } from "@tokenmill/core";
import { createEngine, type Engine } from "@tokenmill/engine";
import { loadR50kTokenizer } from "@tokenmill/embedded-model";
import { createGrammarProvider } from "@tokenmill/grammar";
import { createSyntheticSource } from "@tokenmill/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let grammar: GrammarProvider;
let engine: Engine;
beforeAll(async () => {
  const tokenizer = await loadR50kTokenizer();
  grammar = createGrammarProvider({ tokenizer });
  const { vocabSize } = tokenizer;
  const source = createSyntheticSource({ kind: "gaussian", vocabSize, distinctRows: 16, tokenizer });
  engine = await createEngine({ source, grammar, workers: 2, slots: 16, seed: 4 });
});
afterAll(async () => {
  await engine.close();
  await grammar.close();
});

async function outputOf(request: object): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of engine.stream({ maxTokens: 60, ignoreEos: true, ...request })) events.push(event);
  return events;
}
const textOf = (events: readonly TokenEvent[]): string => events.map(({ text }) => text).join("");

interface Found {
  readonly start: number;
  readonly text: string;
  readonly reason: string;
}

/** What is known first, of what ends together the longest; UTF-16 units. */
function firstMatch(regexes: readonly string[], all: string): Found | undefined {
  const exact = regexes.map((reason) => ({
    reason,
    whole: new RegExp(`(?:${reason})(?![^])`, "uy"),
    before: new RegExp(`(?:${reason})(?=[^](?![^]))`, "uy"),
  }));
  const matches = (regex: RegExp, text: string, start: number): boolean => {
    regex.lastIndex = start;
    return regex.test(text);
  };
  const ends = Array.from(all).reduce<number[]>(
    (places, character) => [...places, places.at(-1)! + character.length],
    [0],
  );
  for (const [i, end] of ends.entries()) {
    const text = all.slice(0, end);
    const next = all.slice(end, ends[i + 1]);
    const isComplete = ({ whole, before }: (typeof exact)[number], start: number): boolean =>
      matches(whole, text, start) && matches(before, `${text}a`, start) && matches(before, `${text} `, start);
    const isSeen = ({ whole, before }: (typeof exact)[number], start: number): boolean =>
      next === "" ? matches(whole, text, start) : matches(before, text + next, start);
    for (const is of [isComplete, isSeen]) {
      for (const start of ends.slice(0, i)) {
        const found = exact.find((each) => is(each, start));
        if (found) return { start, text: all.slice(start, end), reason: found.reason };
      }
    }
  }
  return undefined;
}

const lists: readonly string[][] = [
  ["\\d"],
  ["\\b\\w{9,}\\b"],
  ["[A-Z][a-z]+[A-Z]"],
  ["\\s\\S+ing\\b", "[.!?]\\s"],
  ["(?<!\\w)[aeiou]\\w*[^aeiou]\\b"],
  ["\\p{L}{3,}(?:\\s|[^\\p{L}\\s]){1,2}\\p{Lu}"],
  ["[^\\x00-\\x7f]"],
  ["e.*?s.*?t$", "(?:th|er|on).{3,20}(?:an|in)"],
  ["never this: \\d{40}"],
  ["^[^]{40,}x"],
];

describe("an output with stopRegex is the same one up to what RegExp finds first", () => {
  it.each(lists.map((stopRegex, list) => ({ stopRegex, list })))("$stopRegex", async ({ stopRegex, list }) => {
    const found = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const id = { sequenceId: 100 * list + i, seed: 6 };
        const whole = textOf(await outputOf(id));
        const expected = firstMatch(stopRegex, whole);
        const events = await outputOf({ ...id, stopRegex });
        const { finishReason, stopReason, stopText } = events.at(-1)!;
        const cut = expected ? whole.slice(0, expected.start) : whole;
        expect([textOf(events), stopText, stopReason]).toEqual([cut, expected?.text, expected?.reason]);
        expect(finishReason).toBe(expected ? "stop" : "length");
        return expected;
      }),
    );
    expect(found.some((each) => each !== undefined)).toBe(!stopRegex[0]!.startsWith("never"));
  });
});
