import { describe, expect, it } from "vitest";
import { linkOf, type PageState, readLink } from "./link.ts";

const { state: initial } = readLink("");

describe("a link", () => {
  it("of the page as it starts is its view alone", () => {
    expect(linkOf(initial)).toBe("#distribution");
  });

  it("brings every part of the state back", () => {
    const state: PageState = {
      view: "compare",
      row: { kind: "json", text: '{"a&b": 1, "#": -0.5}' },
      settings: {
        seed: -(2n ** 63n),
        temperature: 0.7,
        chain: ["topP", "temperature"],
        bannedTokenIds: [0, 1],
        logitBias: { 1: -2.5 },
        profile: "vllm",
      },
      history: "a&b, #1",
      draws: 100,
      step: 2,
      compared: [{ topK: 2 }, {}],
      streams: { prompt: "Hi & bye", count: 64, maxTokens: 9, sweep: "", from: -1, to: 0.5 },
      grammar: { form: "choice", text: "a&b\nc=d", prompt: "#?" },
    };
    expect(readLink(linkOf(state))).toEqual({ state, problems: [] });
  });

  it.each([
    ["temperature=warm", /"temperature" expected number/],
    ["nothing=1", /unknown part "nothing"/],
    ["draws=1e9", /"draws" expected integer in \[0, 10000\]/],
    ["streams.count=65", /"streams.count" expected integer in \[1, 64\]/],
    ["grammar.form=xml", /part "grammar.form" expected one of form/],
    ["compare=[]", /"compare" expected an object/],
    ["compare={", /"compare" expected an object/],
    ['compare={"chain":5}', /"chain" expected array/],
    ['compare={"profile":"foo"}', /"profile" expected one of/],
    ["profile=foo", /"profile" expected one of/],
    ["profile=toString", /"profile" expected one of/],
    ["seed=1.5", /"seed" expected integer/],
    ["streams.sweep=prompt", /"streams.sweep" expected a numeric sampling parameter/],
  ])("says what is wrong with %s and keeps the rest", (part, message) => {
    const { state, problems } = readLink(`#distribution?${part}&topK=3`);
    expect(problems).toEqual([expect.stringMatching(message)]);
    expect(state.settings).toEqual({ topK: 3 });
  });
});
