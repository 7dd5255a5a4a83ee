/** `text_offset` is the place of each token in the answer's own text, however it is sent. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completions } from "./testing/requests.ts";
import {
  answerTo,
  endOfText,
  letterTokenizer,
  parseSse,
  post,
  startServer,
  type TestServer,
} from "./testing/testServer.ts";

interface Choice {
  index: number;
  text: string;
  logprobs: { tokens: string[]; text_offset: number[] } | null;
  stop_reason?: string | number | null;
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function wholeChoices(request: object): Promise<Choice[]> {
  return (await answerTo(server, completions, request)).body["choices"] as Choice[];
}

/** The chunks of each choice put together. */
async function streamedChoices(request: object): Promise<Choice[]> {
  const answer = await post(server, completions, { ...request, stream: true });
  const choices: Choice[] = [];
  for (const { data } of parseSse(await answer.text())) {
    if (data === "[DONE]") continue;
    const { index, text, logprobs } = (JSON.parse(data) as { choices: [Choice] }).choices[0];
    choices[index] ??= { index, text: "", logprobs: { tokens: [], text_offset: [] } };
    choices[index].text += text;
    choices[index].logprobs!.tokens.push(...logprobs!.tokens);
    choices[index].logprobs!.text_offset.push(...logprobs!.text_offset);
  }
  return choices;
}

/** Letters, parts of "é" and "😀", and the end of a text. */
const id = fc.oneof(
  fc.nat(letterTokenizer.vocabSize - 1),
  fc.constantFrom(...[-5, -4, -3, -2, -1].map((back) => letterTokenizer.vocabSize + back)),
);
const characters = Array.from({ length: 5 }, (_, i) => letterTokenizer.vocabSize - 5 + i);

const request = fc.record(
  {
    prompt: fc.oneof(
      fc.array(id, { minLength: 1, maxLength: 6 }),
      fc.constantFrom("ab", `ab${endOfText}c`, endOfText, `${endOfText}x`),
    ),
    echo: fc.boolean(),
    n: fc.integer({ min: 1, max: 2 }),
    // More parts of characters than rows by themselves would give.
    logit_bias: fc.constant(Object.fromEntries(characters.map((tokenId) => [tokenId, 1.5]))),
    stop: fc.constantFrom(["é"], ["é", "ab"], ["a"], ["😀 "]),
    include_stop_str_in_output: fc.boolean(),
    ignore_eos: fc.boolean(),
  },
  { requiredKeys: ["prompt", "n", "logit_bias"] },
);

describe("text_offset", () => {
  it("of a whole token is where the text has it, and streams say the same", async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.nat(1000), async (given, seed) => {
        const asked = { ...given, seed, max_tokens: 12, logprobs: 0 };
        const whole = await wholeChoices(asked);
        const streamed = await streamedChoices(asked);
        for (const [i, { text, logprobs, stop_reason }] of whole.entries()) {
          expect(streamed[i]!.text).toBe(text);
          expect(streamed[i]!.logprobs!.tokens).toEqual(logprobs!.tokens);
          expect(streamed[i]!.logprobs!.text_offset).toEqual(logprobs!.text_offset);
          const points = Array.from(text);
          for (const [t, token] of logprobs!.tokens.entries()) {
            const offset = logprobs!.text_offset[t]!;
            // What a stop string cut off is not in the text, nor is the name of an end of text that was drawn.
            const isCut = typeof stop_reason === "string" && offset + token.length > points.length;
            if (isCut || token === endOfText || token.startsWith("\\x")) continue;
            expect(points.slice(offset, offset + token.length).join("")).toBe(token);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("counts the prompt if it is echoed, names of special tokens as they stand there", async () => {
    const asked = { prompt: `a${endOfText}b`, max_tokens: 1, seed: 1, logprobs: 0 };
    const [echoed] = await wholeChoices({ ...asked, echo: true });
    expect(echoed!.logprobs!.tokens.slice(0, 3)).toEqual(["a", endOfText, "b"]);
    expect(echoed!.logprobs!.text_offset).toEqual([0, 1, 8, 9]);
    expect(echoed!.text.startsWith(asked.prompt)).toBe(true);
    const ids = letterTokenizer.encode(asked.prompt, { special: true });
    expect(await wholeChoices({ ...asked, prompt: ids, echo: true })).toEqual([echoed]);
    const [alone] = await wholeChoices(asked);
    expect(alone!.logprobs!.text_offset).toEqual([0]);
  });
});
