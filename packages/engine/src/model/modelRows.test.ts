import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createToyModel, type ToyModel, toyRow } from "@tokenmill/test-models";
import { ModelRows } from "./modelRows.ts";

function open(model: ToyModel): {
  rows: ModelRows;
  row: (sequenceId: number, history: number[]) => Promise<Float32Array>;
} {
  const rows = new ModelRows(model);
  return {
    rows,
    row: (sequenceId, history) =>
      new Promise((resolve, reject) => {
        const target = newRow(model.vocabSize);
        rows.request({
          sequenceId: BigInt(sequenceId),
          history: Int32Array.from(history),
          target,
          done: (error) => (error ? reject(error) : resolve(target)),
        });
      }),
  };
}

const newRow = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
const range = (length: number, from = 1): number[] => Array.from({ length }, (_, i) => (from + i) % 64);

describe("rows of a model", () => {
  it("are those of the history, token by token and after a prompt in chunks", async () => {
    const model = createToyModel({ stepTokens: 5 });
    const { row } = open(model);
    const history = range(13);
    for (let i = 0; i < 4; i++) {
      expect(await row(0, history)).toEqual(toyRow(history, 64));
      history.push(7 + i);
    }
    expect(model.steps.map((step) => [...step.values()])).toEqual([[5], [5], [3], [1], [1], [1]]);
  });

  it("beyond the tokenizer's vocabulary are −Infinity", async () => {
    const { row } = open(createToyModel({ vocabSize: 60, paddedSize: 64 }));
    expect((await row(0, [1])).slice(58)).toEqual(
      Float32Array.of(...toyRow([1], 60).slice(58), ...new Array<number>(4).fill(-Infinity)),
    );
  });

  it("of sequences that need one token come before chunks of a prompt, in every step", async () => {
    const model = createToyModel({ stepTokens: 8, sequences: 3 });
    const { row } = open(model);
    await Promise.all([row(1, [1]), row(2, [2])]);
    const long = row(3, range(30));
    for (let i = 0; i < 4; i++) await Promise.all([row(1, [1, ...range(i + 1)]), row(2, [2, ...range(i + 1)])]);
    await long;
    const steps = model.steps.slice(1).map((step) => [...step.values()].toSorted((a, b) => a - b));
    expect(steps.slice(0, 4)).toEqual([
      [1, 1, 6],
      [1, 1, 6],
      [1, 1, 6],
      [1, 1, 6],
    ]);
  });

  it("of equal prompts are computed once and forked", async () => {
    const model = createToyModel({ sequences: 4, stepTokens: 16 });
    const { row } = open(model);
    const prompt = range(40);
    const found = await Promise.all([0, 1, 2, 3].map((id) => row(id, prompt)));
    expect(found).toEqual(found.map(() => toyRow(prompt, 64)));
    expect(model.forks).toBe(3);
    expect(model.steps.flatMap((step) => [...step.values()]).reduce((a, b) => a + b)).toBe(40 + 3);
  });

  it("of a new sequence reuse the prefix that an ended one left", async () => {
    const model = createToyModel({ sequences: 2 });
    const { rows, row } = open(model);
    await row(0, range(20));
    rows.closeSequence(0n);
    await row(1, [...range(15), 63]);
    expect(model.steps.map((step) => [...step.values()])).toEqual([[16], [4], [1]]);
  });

  it("are given to more sequences than there are slots", async () => {
    const model = createToyModel({ sequences: 2 });
    const { rows, row } = open(model);
    const generate = async (id: number): Promise<void> => {
      const history = [id, ...range(5)];
      for (let i = 0; i < 6; i++) {
        expect(await row(id, history)).toEqual(toyRow(history, 64));
        history.push(i);
      }
      rows.closeSequence(BigInt(id));
    };
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map(generate));
    expect(Math.max(...model.steps.map((step) => step.size))).toBe(2);
  });

  it("after every token of a prompt that is scored are computed in one step", async () => {
    const model = createToyModel({ stepTokens: 64 });
    const { rows } = open(model);
    const prompt = Int32Array.from(range(37));
    for (let length = 1; length <= prompt.length; length++) {
      const target = newRow(64);
      const [history, upcoming] = [prompt.slice(0, length), prompt.slice(length)];
      await new Promise((done) => rows.request({ sequenceId: 0n, history, upcoming, target, done }));
      expect(target).toEqual(toyRow(history, 64));
    }
    expect(model.steps.map((step) => [...step.values()])).toEqual([[37]]);
  });

  it("before they are wanted take 64 MiB at most", async () => {
    const model = createToyModel({ stepTokens: 64, paddedSize: 2 ** 20 });
    const { rows } = open(model);
    const prompt = Int32Array.from(range(37));
    const target = newRow(2 ** 20);
    for (let length = 1; length <= prompt.length; length++) {
      const [history, upcoming] = [prompt.slice(0, length), prompt.slice(length)];
      await new Promise((done) => rows.request({ sequenceId: 0n, history, upcoming, target, done }));
      expect(target.subarray(0, 64)).toEqual(toyRow(history, 64));
    }
    expect(model.steps.map((step) => [...step.values()])).toEqual([[17], [17], [3]]);
  });

  it("are in the next step where they are asked for within a quarter of the last one", async () => {
    const model = createToyModel({ sequences: 2 });
    const { row } = open(model);
    model.gate = new Promise((resolve) => setTimeout(resolve, 400));
    const prompts = [range(4, 1), range(4, 9)];
    await Promise.all(prompts.map((prompt, id) => row(id, prompt)));
    const first = row(0, [...prompts[0]!, 7]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, row(1, [...prompts[1]!, 7])]);
    expect(model.steps.map((step) => step.size)).toEqual([2, 2]);
  });

  it("of a closed sequence are computed no further than its step", async () => {
    const model = createToyModel({ stepTokens: 4 });
    const { rows } = open(model);
    let calls = 0;
    rows.request({
      sequenceId: 0n,
      history: Int32Array.from(range(40)),
      target: newRow(64),
      done: () => calls++,
    });
    while (model.steps.length === 0) await new Promise((resolve) => setImmediate(resolve));
    rows.closeSequence(0n);
    const steps = model.steps.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(model.steps.length).toBeLessThanOrEqual(steps + 1);
    expect(calls).toBe(0);
  });

  it("fail with the step that fails, and the next ones are right", async () => {
    const model = createToyModel();
    const { row } = open(model);
    model.gate = Promise.reject(new Error("out of memory"));
    await expect(row(0, [1, 2])).rejects.toThrow("out of memory");
    model.gate = undefined;
    expect(await row(0, [1, 2])).toEqual(toyRow([1, 2], 64));
  });

  it("fail alone where the model cannot fork, and the next ones do not trust the slot", async () => {
    const model = createToyModel({ sequences: 2 });
    const { row } = open(model);
    const prompt = range(40);
    await row(0, prompt);
    const { fork } = model;
    model.fork = (from, to, length) => {
      fork(from, to, length - 1);
      model.fork = fork;
      throw new Error("out of memory");
    };
    const [forked, other] = await Promise.allSettled([row(1, prompt), row(0, [...prompt, 7])]);
    expect(forked).toMatchObject({ status: "rejected", reason: new Error("out of memory") });
    expect(other).toEqual({ status: "fulfilled", value: toyRow([...prompt, 7], 64) });
    expect(await row(1, prompt)).toEqual(toyRow(prompt, 64));
  });

  it("fail when the model is closed", async () => {
    const model = createToyModel();
    const { rows, row } = open(model);
    const pending = row(0, range(40));
    pending.catch(() => undefined);
    await rows.close();
    await expect(pending).rejects.toThrow("the model was closed");
    expect(model.isClosed).toBe(true);
  });

  it("are those of the history whatever comes, shares, ends and forks", { timeout: 60_000 }, async () => {
    const sequences = fc.array(
      fc.record({
        shared: fc.nat(40),
        own: fc.array(fc.nat(63), { maxLength: 12 }),
        tokens: fc.integer({ min: 1, max: 6 }),
        delay: fc.nat(3),
      }),
      { minLength: 1, maxLength: 9 },
    );
    const limits = fc.record({
      sequences: fc.integer({ min: 1, max: 4 }),
      stepTokens: fc.integer({ min: 1, max: 24 }),
    });
    await fc.assert(
      fc.asyncProperty(sequences, limits, async (plan, given) => {
        const { rows, row } = open(createToyModel(given));
        await Promise.all(
          plan.map(async ({ shared, own, tokens, delay }, id) => {
            for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve));
            const history = [5, ...range(shared), ...own];
            for (let i = 0; i < tokens; i++) {
              expect(await row(id, history)).toEqual(toyRow(history, 64));
              history.push(i);
            }
            rows.closeSequence(BigInt(id));
          }),
        );
      }),
      { numRuns: 60 },
    );
  });
});
