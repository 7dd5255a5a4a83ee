/** Specifications that mean no good: each ends by itself or by its budget, and what others do goes on meanwhile. */
import type { GrammarProvider, GrammarSpec, Tokenizer } from "@tokenmill/core";
import { createEngine, type Engine } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import { loadR50kTokenizer } from "@tokenmill/embedded-model";
import { createSyntheticSource } from "@tokenmill/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let tokenizer: Tokenizer;
let grammar: GrammarProvider;
let engine: Engine;
beforeAll(async () => {
  tokenizer = await loadR50kTokenizer();
  grammar = createGrammarProvider({ tokenizer });
  const { vocabSize } = tokenizer;
  const source = createSyntheticSource({ kind: "gaussian", vocabSize, distinctRows: 8, tokenizer });
  engine = await createEngine({ source, grammar, workers: 2, slots: 16, seed: 4 });
});
afterAll(async () => {
  await engine.close();
  await grammar.close();
});

/** Its finish reason, or the error that it ends with. */
async function outcomeOf(spec: GrammarSpec, maxTokens = 8): Promise<string> {
  let last = "nothing";
  try {
    for await (const { finishReason } of engine.stream({ ...spec, maxTokens })) last = finishReason ?? last;
  } catch (error) {
    return String(error);
  }
  return last;
}

const properties = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { type: "integer" }]));
const doubling = Array.from({ length: 15 }, (_, i) => `a${i + 1} ::= a${i} a${i} | a${i}`).join("\n");
const chain = Array.from({ length: 9000 }, (_, i) => `r${i} ::= "(" r${i + 1} ")"`).join("\n");

/** What XGrammar took seconds to hours for, or broke at. */
const specs: Readonly<Record<string, GrammarSpec>> = {
  "a pattern with 2^9 states": { jsonSchema: { type: "string", pattern: "^.*a.{8}$" } },
  "a pattern with 2^21 states": { jsonSchema: { type: "string", pattern: "^.*a.{20}$" } },
  "60 optional properties and a least number": {
    jsonSchema: { type: "object", properties: properties(60), minProperties: 1 },
  },
  "200 optional properties": { jsonSchema: { type: "object", properties: properties(200) } },
  "a long string": { jsonSchema: { type: "string", maxLength: 1_000_000 } },
  "rules that double": { grammar: `root ::= a15\n${doubling}\na0 ::= "a"` },
  "a chain of rules": { grammar: `root ::= r0\n${chain}\nr9000 ::= "a"` },
  "counts of counts": { grammar: 'root ::= (("a"{100}){100}){100}' },
  "an ambiguous grammar": { grammar: 'root ::= s\ns ::= s s s | s s | [a-z ] | ""' },
  "1,000 brackets": { grammar: `root ::= ${"(".repeat(1000)}` },
  "a nested schema": { jsonSchema: `${'{"items":'.repeat(5000)}{}${"}".repeat(5000)}` },
  "an expression with 2^40 states": { regex: "(?:a|b)*a(?:a|b){40}" },
  "stars of stars": { regex: "(?:(?:(?:a*)*)*)*b" },
  "an empty intersection that is hard to see": { regex: "(?=[ab]*a[ab]{32}$)(?!(?:b*a)*b*a[ab]{32}$)[ab]*" },
};

describe("a specification that means no good", () => {
  it.each(Object.entries(specs))(
    "%s ends by itself or is refused, and works on nobody else",
    async (_, spec) => {
      const good = Promise.all(
        Array.from({ length: 4 }, (_unused, i) => outcomeOf({ choice: [`good ${i}`, "fine"] }, 20)),
      );
      expect(await outcomeOf(spec)).toMatch(
        /^(?:stop|length|RangeError: |GrammarBudgetError: |SequenceError: .*grammar)/,
      );
      expect(await good).toEqual(["stop", "stop", "stop", "stop"]);
    },
    120_000,
  );
});

it("streams end while a specification is compiled that takes all of its time", async () => {
  const order: string[] = [];
  const bad = outcomeOf(specs["an empty intersection that is hard to see"]!).then((outcome) => {
    order.push("bad");
    return outcome;
  });
  const streams = Array.from({ length: 20 }, async (_, sequenceId) => {
    for await (const { finishReason } of engine.stream({ sequenceId, maxTokens: 5, ignoreEos: true })) {
      if (finishReason) order.push("good");
    }
  });
  await Promise.all(streams);
  expect(order).not.toContain("bad");
  expect(await bad).toMatch(/^(?:GrammarBudgetError|RangeError): /);
});

it("hundreds of bad grammars leave good ones as they are", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      outcomeOf(
        i % 4 === 0
          ? { jsonSchema: { type: "string", maxLength: 3, description: `${i}` } }
          : { grammar: `root ::= ${"(".repeat(1000 + i)}` },
        40,
      ),
    ),
  );
  expect(outcomes.map((outcome, i) => (i % 4 === 0 ? outcome : outcome.slice(0, 24)))).toEqual(
    Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? "stop" : 'RangeError: "grammar" exp')).map((text) =>
      text.slice(0, 24),
    ),
  );
});
