/** Patterns that text is searched for, compiled in the threads of a provider. */
import { refusalOf } from "@tokenmill/check";
import type { GrammarProvider, SearchPattern } from "@tokenmill/contracts";
import { createGrammarProvider } from "@tokenmill/grammar";
import { afterAll, beforeAll, expect, it } from "vitest";
import { byteTokenizer } from "../testing/byteTokenizer.ts";
import { firstMatch } from "../testing/firstMatch.ts";

let provider: GrammarProvider;
beforeAll(() => {
  provider = createGrammarProvider({ tokenizer: byteTokenizer });
});
afterAll(() => provider.close());

const compile = (patterns: readonly SearchPattern[], param?: string) =>
  provider.compileSearch!(patterns, param === undefined ? {} : { param });

it("are one automaton, the same for the same patterns", async () => {
  const patterns = [{ pattern: "\\bend\\b", ignoreCase: true }, { pattern: "\\d+€" }];
  const automaton = await compile(patterns);
  expect(firstMatch(automaton, "bend 12€ End")).toEqual({ pattern: 1, start: 5, end: 10 });
  expect(firstMatch(automaton, "bend End")).toEqual({ pattern: 0, start: 5, end: 8 });
  expect(await compile(patterns)).toBe(automaton);
  expect(await compile([{ pattern: "end" }])).not.toBe(automaton);
});

it.each<[unknown, string]>([
  [[{ pattern: "a" }, { pattern: "b*" }], '"stop[1]" expected one that does not match the empty text'],
  [[{ pattern: "a(?=bc)" }], '"stop[0]" expected nothing but '],
  [[{ pattern: "a.{9000}b" }], '"stop" expected patterns that together have at most 8192 states'],
  [[{ pattern: "(".repeat(5000) }], '"stop[0]" expected a regular expression: Unterminated group'],
  [[{ pattern: 5 }], '"stop[0]" expected string, got 5'],
  [["a"], '"stop[0]" expected object, got "a"'],
  [[{ pattern: "a", flags: "i" }], 'unknown pattern field "flags"'],
  [[{ pattern: "a", ignoreCase: 1 }], '"stop[0].ignoreCase" expected boolean, got 1'],
  [[], '"stop" expected patterns, got an array of 0'],
])("%j is refused by its name", async (patterns, message) => {
  const error = await compile(patterns as SearchPattern[], "stop").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining(message) as string });
  expect(refusalOf(error, (name) => (name === "stop" ? "my_stop" : undefined))?.message).toBe(
    (error as Error).message.replace('"stop', '"my_stop'),
  );
});

it("are called patterns where they have no other name, also beside the same list under another one", async () => {
  const list = [{ pattern: "a*" }];
  const messages = await Promise.all(
    [undefined, "stop"].map((param) => compile(list, param).catch((error: Error) => error.message)),
  );
  expect(messages).toEqual([
    '"patterns[0]" expected one that does not match the empty text',
    '"stop[0]" expected one that does not match the empty text',
  ]);
});

it("end beyond the time that a grammar has, and are given up by who asked", async () => {
  const quick = createGrammarProvider({ tokenizer: byteTokenizer, compileTimeoutMs: 1 });
  const late = quick.compileSearch!([{ pattern: "(?:x[^]{200}|y){8}z" }]);
  await expect(late).rejects.toMatchObject({ code: "grammar_budget" });
  await quick.close();
  const reason = new Error("gone");
  await expect(provider.compileSearch!([{ pattern: "a" }], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
