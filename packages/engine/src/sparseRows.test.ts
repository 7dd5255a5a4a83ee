/** Sources that write rows by their largest logits. */
import {
  type BatchSource,
  type LogitsSource,
  type ModelSource,
  type TokenEvent,
  writeSparseRow,
} from "@tokenmill/core";
import { createToyModel } from "@tokenmill/test-models";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEngine } from "./engine.ts";
import { collect, hashBatchSource, run, tokensOf } from "./testing/sources.ts";
import type { Engine } from "./types.ts";

async function engineOf(source: LogitsSource | ModelSource, workers = 0): Promise<Engine> {
  const engine = await createEngine({ source, workers, seed: 1 });
  onTestFinished(() => engine.close());
  return engine;
}

/** Leaves the `count` largest of a whole row, and what the others weigh; without, the others are impossible. */
function makeSparse(row: Float32Array, count: number, hasRest = true): void {
  const logits = row.slice();
  const ids = Array.from(logits.keys()).filter((id) => logits[id]! > -Infinity);
  const byLogit = ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  const rest = hasRest ? byLogit.slice(count) : [];
  const tokenIds = byLogit.slice(0, count);
  writeSparseRow(row, {
    tokenIds,
    logits: tokenIds.map((id) => logits[id]!),
    restLogSumExp: Math.log(rest.reduce((sum, id) => sum + Math.exp(logits[id]!), 0)),
  });
}

/** Hashed rows, of which `countOf` tokens are listed. */
function sparseBatchSource(vocabSize: number, countOf: (sequenceId: bigint) => number, hasRest = true): BatchSource {
  const whole = hashBatchSource(undefined, vocabSize);
  return {
    ...whole,
    async fillRows(rows) {
      await whole.fillRows(rows);
      for (const { row, sequenceId } of rows) makeSparse(row as Float32Array, countOf(sequenceId), hasRest);
      return undefined;
    },
  };
}

/** The model's rows, 120 tokens of each listed. */
function sparseModel(given: Parameters<typeof createToyModel>[0]): ModelSource {
  const model = createToyModel(given);
  const step = model.step.bind(model);
  model.step = async (items, signal) => {
    await step(items, signal);
    for (const { target } of items.flatMap(({ rows }) => rows)) {
      target.fill(-Infinity, model.tokenizer.vocabSize);
      makeSparse(target, 120);
    }
  };
  return model;
}

type PromptLogprobs = NonNullable<TokenEvent["promptLogprobs"]>;

/** Raw log-probabilities of sparse rows differ in rounding. */
const near = <T extends { logprob: number }>(entry: T): T => ({ ...entry, logprob: expect.closeTo(entry.logprob, 5) });
const scoresNear = (entries: PromptLogprobs): unknown[] =>
  entries.map((entry) => entry && { ...near(entry), topLogprobs: entry.topLogprobs!.map(near) });

const params = { topK: 6, temperature: 0.9, repetitionPenalty: 1.2, ignoreEos: true, maxTokens: 8 };

describe.each([0, 1, 2])("with %i workers", (workers) => {
  it("a batch source's sparse rows give the tokens of its whole ones; one too sparse fails alone", async () => {
    const whole = await engineOf(hashBatchSource(undefined, 1024));
    const engine = await engineOf(
      sparseBatchSource(1024, (id) => (id === 2n ? 5 : 120)),
      workers,
    );
    const requests = [0, 1, 2, 3, 4].map((sequenceId) => ({ ...params, prompt: [1, 2, 3], sequenceId }));
    const found = await Promise.all(requests.map((request) => run(engine, request)));
    const expected = await Promise.all(requests.map((request) => tokensOf(whole, request)));
    expected[2] = [];
    expect(found.map(({ events }) => events.map(({ tokenId }) => tokenId))).toEqual(expected);
    const message = expect.stringContaining("lists too little for topK: 6 needed, 5 covered") as string;
    const failed = expect.objectContaining({ code: "row_too_sparse", message }) as Error;
    expect(found.map(({ error }) => error)).toEqual([undefined, undefined, failed, undefined, undefined]);
    expect(engine.stats()).toMatchObject({ open: 0 });
  });

  it("a model's sparse rows give the tokens of its whole ones, and score prompts", async () => {
    const whole = await engineOf(createToyModel({ vocabSize: 1020, paddedSize: 1024 }));
    const engine = await engineOf(sparseModel({ vocabSize: 1020, paddedSize: 1024 }), workers);
    const prompts = [[1, 2, 3], [4, 5], [7]];
    const tokens = (of: Engine) => Promise.all(prompts.map((prompt) => tokensOf(of, { ...params, prompt })));
    expect(await tokens(engine)).toEqual(await tokens(whole));
    // what a row lists is scored as from the whole row
    const prompt = [1, ...(await tokensOf(whole, { ...params, prompt: [1] }))];
    const request = { ...params, prompt, promptLogprobs: 5 };
    const [sparse, scored] = await Promise.all([engine, whole].map((of) => collect(of.generate(request))));
    expect(sparse![0]!.promptLogprobs).toEqual(scoresNear(scored![0]!.promptLogprobs!));
  });
});

describe("a prompt's token that a row does not list", () => {
  it("has no score where it may have a part of the rest", async () => {
    const engine = await engineOf(sparseBatchSource(64, () => 1));
    const request = { topK: 1, prompt: [3, 1, 2, 3, 4], promptLogprobs: 0 };
    expect((await run(engine, request)).error).toMatchObject({ code: "row_too_sparse" });
  });

  it("is impossible where there is no rest, with the rank of the whole row", async () => {
    const sequenceId = 5;
    const request = { topK: 1, prompt: [3, 1, 2, 60, 4], promptLogprobs: 2, maxTokens: 1, sequenceId };
    const source = hashBatchSource(undefined, 64);
    const whole = await engineOf({
      ...source,
      async fillRows(rows) {
        await source.fillRows(rows);
        for (const { row } of rows) {
          const least = Array.from(row).sort((a, b) => b - a)[3]!;
          row.forEach((x, id) => (row[id] = x >= least ? x : -Infinity));
        }
        return undefined;
      },
    });
    const engine = await engineOf(sparseBatchSource(64, () => 4, false));
    const [found, expected] = await Promise.all([engine, whole].map((of) => collect(of.generate(request))));
    const { tokenId, promptLogprobs } = expected![0]!;
    expect(promptLogprobs!.some((entry) => entry?.logprob === -Infinity)).toBe(true);
    expect(found).toMatchObject([{ tokenId, promptLogprobs: scoresNear(promptLogprobs!) }]);
  });
});

describe("a model's vocabulary that is longer than its tokenizer's", () => {
  it("leaves a list as long as there is room for as it is", async () => {
    const model = createToyModel({ vocabSize: 40, paddedSize: 64 });
    const step = model.step.bind(model);
    model.step = async (items, signal) => {
      await step(items, signal);
      const tokenIds = Array.from({ length: 30 }, (_, i) => 29 - i);
      const sparse = { tokenIds, logits: tokenIds.map((_, i) => (i === 29 ? 9 : 0)), restLogSumExp: -Infinity };
      for (const { target } of items.flatMap(({ rows }) => rows)) writeSparseRow(target, sparse);
    };
    const engine = await engineOf(model);
    const request = { prompt: [1], maxTokens: 3, temperature: 0, ignoreEos: true };
    expect(await tokensOf(engine, request)).toEqual([0, 0, 0]);
  });

  it("is not listed: the row fails by the token's name", async () => {
    const model = createToyModel({ vocabSize: 40, paddedSize: 64 });
    const step = model.step.bind(model);
    model.step = async (items, signal) => {
      await step(items, signal);
      for (const { target } of items.flatMap(({ rows }) => rows)) {
        writeSparseRow(target, { tokenIds: [3, 50], logits: [1, 0], restLogSumExp: -Infinity });
      }
    };
    const engine = await engineOf(model);
    const { error } = await run(engine, { prompt: [1], maxTokens: 3 });
    expect(error).toMatchObject({
      code: "source_failed",
      message: expect.stringContaining("the sparse row lists token 50, the tokenizer has 40") as string,
    });
  });
});
