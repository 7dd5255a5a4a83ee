/** Requests with `stopRegex`: what ends them, what is refused, and what their records hold. */
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "./engine.ts";
import type { SequenceSnapshot } from "./snapshot/sequenceSnapshot.ts";
import { collect, hashSource, pieceTokenizer, run } from "./testing/sources.ts";
import { textChoices } from "./testing/textChoices.ts";
import type { Engine } from "./types.ts";

const source = hashSource({ tokenizer: pieceTokenizer });
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source, grammar: textChoices(), workers: 1, slots: 6, seed: 2 });
});
afterAll(() => engine.close());

const textOf = (events: readonly TokenEvent[]): string => events.map(({ text }) => text).join("");
const request: GenerateRequest = { sequenceId: 4, maxTokens: 60, ignoreEos: true, allowedTokenIds: [0, 1, 2, 3, 6] };

describe("a request with stopRegex", () => {
  it("is the same one cut where the match begins, whose text the last event has", async () => {
    const whole = textOf(await collect(engine.generate(request)));
    for (const stopRegex of [["bc"], ["aé", "cc", "bab"], "éa"]) {
      const events = await collect(engine.generate({ ...request, stopRegex }));
      const ends = [stopRegex].flat().map((each) => ({ each, end: whole.indexOf(each) + each.length }));
      const [first] = ends.filter(({ each, end }) => end >= each.length).sort((a, b) => a.end - b.end);
      expect(events.at(-1)).toMatchObject({ finishReason: "stop", stopReason: first!.each, stopText: first!.each });
      expect(textOf(events)).toBe(whole.slice(0, first!.end - first!.each.length));
    }
  });

  it("ends by what is complete first, a stop string too", async () => {
    const whole = textOf(await collect(engine.generate(request)));
    const stop = whole.slice(10, 13);
    const cut = whole.indexOf(stop);
    const behind = whole.slice(cut, cut + 5);
    const events = await collect(engine.generate({ ...request, stop, stopRegex: behind }));
    expect([textOf(events), events.at(-1)!.stopReason]).toEqual([whole.slice(0, cut), stop]);
    expect(events.at(-1)!).not.toHaveProperty("stopText");
    const longer = whole.slice(cut - 2, cut + stop.length);
    const long = await collect(engine.generate({ ...request, stop, stopRegex: longer }));
    expect(long.at(-1)).toMatchObject({ stopReason: longer, stopText: longer });
  });

  it("is not searched within minTokens, and what began there is no match", async () => {
    const events = await collect(engine.generate({ ...request, minTokens: 20, stopRegex: ["a", "b", "c", "é"] }));
    expect(events).toHaveLength(21);
    expect(events.slice(0, 20).every(({ text }) => text !== "")).toBe(true);
    expect(events.at(-1)).toMatchObject({ text: "", finishReason: "stop" });
  });

  it("may ask for the end of the text, which comes with the last token", async () => {
    const short = { ...request, maxTokens: 9 };
    const whole = textOf(await collect(engine.generate(short)));
    const last = whole.slice(-2);
    const events = await collect(engine.generate({ ...short, stopRegex: `${last}$` }));
    expect(events.at(-1)).toMatchObject({ finishReason: "stop", stopReason: `${last}$`, stopText: last });
    expect([events.length, textOf(events)]).toEqual([9, whole.slice(0, -2)]);
    const middle = await collect(engine.generate({ ...short, stopRegex: `${whole.slice(0, 2)}$` }));
    expect([textOf(middle), middle.at(-1)!.finishReason]).toEqual([whole, "length"]);
  });

  it("beside a grammar ends what the grammar describes", async () => {
    const events = await collect(engine.generate({ maxTokens: 20, grammar: "abcab", stopRegex: "ca" }));
    expect([textOf(events), events.at(-1)!.stopReason]).toEqual(["ab", "ca"]);
  });

  it("goes on from a record that was taken before it was compiled, and refuses one whose text is another", async () => {
    const stopping = { ...request, stopRegex: "abcabca" };
    const records: SequenceSnapshot[] = [];
    const { events } = await run(engine, stopping, (event, handle) => {
      if (event.finishReason === undefined) records.push(handle.snapshot());
    });
    const record = records.find(({ text }) => text.heldText.length > 1)!;
    const handle = engine.reopen(record, { next() {}, error() {}, complete() {} });
    const again = handle.snapshot();
    handle.cancel();
    expect(again).toMatchObject({ text: record.text, stopRegex: ["abcabca"], epoch: 1 });
    expect(await collect(engine.resume(again))).toEqual(events.slice(record.position));
    const other = { ...record, text: { ...record.text, heldText: "x" } };
    await expect(collect(engine.resume(other))).rejects.toMatchObject({ code: "text_diverged" });
    expect(engine.stats().open).toBe(0);
  });
});

describe("what is refused", () => {
  it.each<[unknown, string]>([
    [5, '"stopRegex" expected string or array of strings, got 5'],
    [["a", 5], '"stopRegex[1]" expected string, got 5'],
    ["", '"stopRegex[0]" expected well-formed string of 1 to 8192 UTF-16 units, got ""'],
    ["a".repeat(8193), '"stopRegex[0]" expected well-formed string of 1 to 8192 UTF-16 units'],
    [Array.from({ length: 65 }, (_, i) => `${i}`), '"stopRegex" expected at most 64 strings'],
  ])("%j", (stopRegex, message) => {
    const observer = { next() {}, error() {}, complete() {} };
    expect(() => engine.open({ ...request, stopRegex } as GenerateRequest, observer)).toThrow(message);
  });

  it("an expression that the provider does not compile, by the sequence's own error", async () => {
    const { error, events } = await run(engine, { ...request, stopRegex: ["a", "b*"] });
    expect([String(error), events]).toEqual(['RangeError: "stopRegex[1]" expected an expression without "*"', []]);
    expect(engine.stats()).toMatchObject({ open: 0, arenaBytesUsed: 0 });
  });

  it("an engine without a provider, one that has no compileSearch, a source without a tokenizer", async () => {
    const { compileSearch: _, ...provider } = textChoices();
    for (const [options, message] of [
      [{ source }, '"stopRegex" expected an engine that can compile it: pass createEngine a "grammar" provider'],
      [{ source, grammar: provider }, 'pass createEngine a "grammar" provider that has compileSearch'],
      [{ source: hashSource() }, '"stopRegex" expected a source with a tokenizer, got "hash" without one'],
    ] as const) {
      const other = await createEngine({ ...options, workers: 0, slots: 1 });
      expect(() => other.open({ stopRegex: "a" }, { next() {}, error() {}, complete() {} })).toThrow(message);
      await expect(collect(other.generate({ maxTokens: 1, stopRegex: [] }))).resolves.toHaveLength(1);
      await other.close();
    }
  });
});

it("sequences that are cancelled while their expressions are compiled leave nothing behind", async () => {
  let compile = (): void => {};
  const compiling = new Promise<void>((resolve) => (compile = resolve));
  const provider = textChoices(() => compiling);
  const other = await createEngine({ source, grammar: provider, workers: 0, slots: 1 });
  const handles = [0, 1].map((sequenceId) =>
    other.open(
      { ...request, sequenceId, stopRegex: "a", grammar: "abc", ignoreEos: false },
      { next() {}, error() {}, complete() {} },
    ),
  );
  for (const handle of handles) handle.cancel();
  compile();
  await new Promise((resolve) => setImmediate(resolve));
  expect([other.stats().open, other.stats().arenaBytesUsed, provider.openCount]).toEqual([0, 0, 0]);
  await other.close();
});
