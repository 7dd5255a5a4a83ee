/** Whole sequences over a model: ends of text, contexts, prompts that are scored. */
import { createToyModel, toyRow } from "@tokenmill/test-models";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEngine } from "../engine.ts";
import { modelRowsSource } from "./modelRowsSource.ts";
import type { SequenceHandle } from "../handle.ts";
import type { Engine } from "../types.ts";

async function open(
  given: Parameters<typeof createToyModel>[0] = {},
  slots?: number,
): Promise<{ engine: Engine; model: ReturnType<typeof createToyModel> }> {
  const model = createToyModel(given);
  const source = modelRowsSource(model);
  const engine = await createEngine({ source, workers: 0, seed: 1, ...(slots !== undefined && { slots }) });
  onTestFinished(async () => {
    await engine.close();
    await source.close?.();
  });
  return { engine, model };
}

async function idsOf(engine: Engine, request: Parameters<Engine["stream"]>[0]): Promise<number[]> {
  const ids: number[] = [];
  for await (const { tokenId } of engine.stream(request)) ids.push(tokenId);
  return ids;
}

const argmax = (row: Float32Array): number => row.indexOf(Math.max(...row));

describe("an engine over a model", () => {
  it("takes it as its source, and closes it with itself, within the deadline though a step hangs", async () => {
    const rows = createToyModel({ vocabSize: 257 });
    const { engine: other } = await open({ vocabSize: 257 });
    const request = { prompt: [1, 2, 3], maxTokens: 6, ignoreEos: true, seed: 4 };
    const engine = await createEngine({ source: rows, workers: 0 });
    expect(await idsOf(engine, request)).toEqual(await idsOf(other, request));
    await engine.close();
    expect(rows.isClosed).toBe(true);
    const hanging = createToyModel({ vocabSize: 257 });
    hanging.gate = new Promise(() => undefined);
    const late = await createEngine({ source: hanging, workers: 0, closeTimeoutMs: 50 });
    const running = idsOf(late, request);
    await Promise.all([late.close(), expect(running).rejects.toThrow(/closed/)]);
  });

  it("computes no more of a prompt that is cancelled than the step that runs, and its slot is free then", async () => {
    const { engine, model } = await open({ sequences: 1, stepTokens: 8, vocabSize: 257 });
    const prompt = Array.from({ length: 200 }, (_, i) => 1 + i);
    const nobody = { next() {}, error() {}, complete() {} };
    const handles = [1, 2].map((sequenceId) => engine.open({ prompt, maxTokens: 4, sequenceId }, nobody));
    const step = model.step.bind(model);
    model.step = async (items, signal) => {
      await step(items, signal);
      if (model.steps.length === 2) for (const handle of handles) handle.cancel();
    };
    await expect.poll(() => engine.stats().active).toBe(0);
    expect(model.steps).toHaveLength(2);
    const drawn = await idsOf(engine, { prompt: prompt.slice(0, 30), maxTokens: 1, temperature: 0, ignoreEos: true });
    expect(drawn).toEqual([argmax(toyRow(prompt.slice(0, 30), 257))]);
  });

  it.each([undefined, 2])(
    "draws what the rows say, many sequences on few cache slots, %s of the pool",
    async (slots) => {
      const { engine } = await open({ sequences: 3, stepTokens: 8, vocabSize: 257 }, slots);
      const prompts = Array.from({ length: 8 }, (_, i) => [1 + i, 5, 6, 7]);
      const drawn = await Promise.all(
        prompts.map((prompt) => idsOf(engine, { prompt, maxTokens: 5, temperature: 0, ignoreEos: true })),
      );
      const expected = prompts.map((prompt) => {
        const history = [...prompt];
        for (let i = 0; i < 5; i++) history.push(argmax(toyRow(history, 257)));
        return history.slice(4);
      });
      expect(drawn).toEqual(expected);
    },
  );

  it("serves as many as there are cache slots; who pauses makes way, and waits for a place to go on", async () => {
    const { engine } = await open({ sequences: 1, vocabSize: 257 });
    const told: string[] = [];
    const begin = (name: string, prompt: number[], maxTokens: number) => {
      const ids: number[] = [];
      const next = ({ tokenId }: { tokenId: number }): void => {
        ids.push(tokenId);
        told.push(name);
        if (name === "a" && ids.length === 2) handle.pause();
        if (name === "b" && ids.length === 2) a.handle.resume();
      };
      let handle!: SequenceHandle;
      const done = new Promise<number[]>((resolve, error) => {
        const request = { prompt, maxTokens, temperature: 0, ignoreEos: true };
        handle = engine.open(request, { next, error, complete: () => resolve(ids) });
      });
      return { handle, done };
    };
    const a = begin("a", [1, 2, 3], 4);
    const b = begin("b", [9, 8, 7], 4);
    const c = begin("c", [9, 8, 6], 1);
    const drawn = await Promise.all([a.done, b.done, c.done]);
    expect(told.join("")).toBe("aabbbbaac");
    const alone = [
      { prompt: [1, 2, 3], maxTokens: 4 },
      { prompt: [9, 8, 7], maxTokens: 4 },
      { prompt: [9, 8, 6], maxTokens: 1 },
    ].map((request) => idsOf(engine, { ...request, temperature: 0, ignoreEos: true }));
    expect(drawn).toEqual(await Promise.all(alone));
  });

  it("ends at every token that ends an output", async () => {
    const model = createToyModel({ vocabSize: 257 });
    const prompt = [9, 8];
    const first = argmax(toyRow(prompt, 257));
    const source = modelRowsSource({ ...model, eosTokenIds: [0, first] });
    const engine = await createEngine({ source, workers: 0 });
    onTestFinished(() => engine.close());
    expect(await idsOf(engine, { prompt, temperature: 0, maxTokens: 9 })).toEqual([first]);
  });

  it("refuses more tokens than the context holds before anything is computed, and fits the default", async () => {
    const { engine, model } = await open({ contextTokens: 20, vocabSize: 257 });
    const prompt = [1, 2, 3, 4];
    await expect(idsOf(engine, { prompt, maxTokens: 17 })).rejects.toThrow(
      `"maxTokens" expected at most 16, got 17: source "toy" holds 20 tokens of a sequence, and 4 are the prompt's`,
    );
    await expect(idsOf(engine, { prompt: new Array<number>(20).fill(1) })).rejects.toThrow(
      `"prompt" expected at most 19 tokens, got 20: source "toy" holds 20 tokens of a sequence, output included`,
    );
    expect(model.steps).toEqual([]);
    expect(await idsOf(engine, { prompt, ignoreEos: true })).toHaveLength(16);
  });

  it("scores a prompt of 37 tokens in one step", async () => {
    const { engine, model } = await open({ stepTokens: 64, vocabSize: 257 });
    const prompt = Array.from({ length: 37 }, (_, i) => 1 + ((i * 5) % 90));
    const scores: (number | undefined)[] = [];
    for await (const { promptLogprobs } of engine.stream({ prompt, promptLogprobs: 0, maxTokens: 1 })) {
      scores.push(...promptLogprobs!.map((entry) => entry?.logprob));
    }
    expect(scores).toHaveLength(37);
    // the row that the first token is drawn from is among them
    expect(model.steps.map((step) => [...step.values()])).toEqual([[37]]);
  });

  it("fails a sequence without a prompt by itself", async () => {
    const { engine } = await open();
    await expect(idsOf(engine, { maxTokens: 1 })).rejects.toThrow(
      "a language model needs a prompt of one token at least",
    );
  });
});
