/** Stages of the user's own among the kernels'. */
import { describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { variants } from "../testing/createKernels.ts";
import { gaussianRow } from "../testing/random.ts";
import type { CustomStage, CustomStageContext } from "./customStage.ts";
import { loadCustomStages } from "./loadCustomStages.ts";
import type { SampleError } from "../records/sampleResult.ts";
import { createSampler } from "./sampler.ts";

const size = 300;
const row = gaussianRow(size, 2.5, 3);

/** Top-k as anybody would write it. */
const best =
  (k: number): CustomStage =>
  (logits) => {
    const kth = Float32Array.from(logits).sort().at(-k)!;
    logits.forEach((x, id) => {
      if (x < kth) logits[id] = -Infinity;
    });
  };
const halve: CustomStage = (logits) => logits.forEach((x, id) => (logits[id] = x / 2));
const breakRow: CustomStage = (logits) => void (logits[5] = Number.NaN);
const planted = new RangeError("planted");
const throws: CustomStage = () => {
  throw planted;
};
const answersLater = (async () => undefined) as unknown as CustomStage;
const answersShort: CustomStage = (logits) => logits.slice(1);
const answersSame: CustomStage = (logits) => logits.fill(-Infinity, 1);
const banAll: CustomStage = (logits) => void logits.fill(-Infinity);

describe.each(variants)("%s kernels", (variant) => {
  const seen: (CustomStageContext & { left: number })[] = [];
  const look: CustomStage = (logits, context) =>
    void seen.push({
      ...context,
      history: Array.from(context.history),
      left: logits.filter((x) => x > -Infinity).length,
    });
  const sampler = createSampler({
    vocabSize: size,
    variant,
    customStages: {
      best: best(7),
      halve,
      look,
      breakRow,
      banAll,
      throws,
      answersLater,
      answersShort,
      answersSame,
    },
  });

  it.each<[SamplingParams, SamplingParams]>([
    [{ chain: ["custom:best"] }, { topK: 7 }],
    [
      { chain: ["temperature", "custom:best", "topP"], temperature: 0.5, topP: 0.8 },
      { temperature: 0.5, topK: 7, topP: 0.8 },
    ],
    [{ chain: ["custom:halve"] }, { temperature: 2 }],
    [
      { chain: ["custom:halve", "topP", "custom:best"], topP: 0.9 },
      { temperature: 2, chain: ["temperature", "topP", "topK"], topP: 0.9, topK: 7 },
    ],
    [
      { chain: ["penalties", "custom:best", "mirostat"], repetitionPenalty: 1.3, mirostat: 2, mirostatTau: 1 },
      { repetitionPenalty: 1.3, topK: 7, mirostat: 2, mirostatTau: 1 },
    ],
  ])("%o leaves what %o leaves, log-probabilities included", async (custom, builtIn) => {
    for (const logprobsMode of ["raw", "processed"] as const) {
      for (let position = 0; position < 10; position++) {
        const draw = { position, history: [1, 2, 3] };
        const own = (await sampler).distribution(row, custom, draw);
        const theirs = (await sampler).distribution(row, builtIn, draw);
        expect(own.tokenIds).toEqual(theirs.tokenIds);
        own.probs.forEach((p, i) => expect(Math.abs(p / theirs.probs[i]! - 1)).toBeLessThan(1e-5));
        const mine = (await sampler).sample(row, { ...custom, logprobs: 3, logprobsMode }, draw);
        const same = (await sampler).sample(row, { ...builtIn, logprobs: 3, logprobsMode }, draw);
        const ranked = logprobsMode === "raw" ? (await sampler).distribution(row, {}) : own;
        expect(mine.rank).toBe(ranked.tokenIds.indexOf(mine.tokenId) + 1);
        expect(mine.logprob).toBeCloseTo(Math.log(ranked.probs[mine.rank - 1]!), 5);
        expect(mine.topTokenIds).toEqual(same.topTokenIds);
        mine.topLogprobs.forEach((x, i) => expect(x).toBeCloseTo(same.topLogprobs[i]!, 5));
      }
    }
  });

  it("sees what is left and where the sequence stands, after each stage that comes before it", async () => {
    const params: SamplingParams = { chain: ["topK", "custom:look", "temperature"], topK: 9, temperature: 0.5 };
    const draw = { history: [4, 5, 6], promptLength: 2, position: 1 };
    const ready = await sampler;
    const plan = ready.compile(params);
    expect(plan.stageNames).toEqual(["topK", "custom:look", "temperature"]);
    seen.length = 0;
    const counts = [0, 1, 2, 3].map(
      (stageCount) => ready.distribution(row, plan, { ...draw, stageCount }).probs.length,
    );
    expect(counts).toEqual([size, 9, 9, 9]);
    expect(seen).toEqual([draw, draw].map((context) => ({ ...context, left: 9 })));
    expect(ready.row).toEqual(row);
  });

  it("works with a token mask, and on 16-bit rows", async () => {
    const tokenMask = new Int32Array(10);
    tokenMask[0] = 0b1011;
    const ready = await sampler;
    const { tokenIds } = ready.distribution(row, { chain: ["custom:halve"] }, { tokenMask });
    expect(Array.from(tokenIds).sort((a, b) => a - b)).toEqual([0, 1, 3]);
    const bf16 = await createSampler({ vocabSize: 3, dtype: "bf16", variant, customStages: { halve } });
    const { probs } = bf16.distribution([0x4000, 0, 0], { chain: ["custom:halve"] }); // 2, 0, 0
    expect(probs[0]).toBeCloseTo(Math.E / (Math.E + 2), 6);
  });

  it("says after which stage a row cannot be sampled", async () => {
    const ready = await sampler;
    const draw = (chain: SamplingParams["chain"]) => () => ready.sample(row, chain ? { chain } : {});
    expect(draw(["custom:breakRow"])).toThrow('after "custom:breakRow": logits expected numbers, got NaN at index 5');
    expect(draw(["custom:banAll"])).toThrow('after "custom:banAll": no token can be drawn');
    expect(draw(["custom:breakRow", "custom:halve"])).toThrow('after "custom:breakRow"');
    expect(draw(["custom:halve"])).not.toThrow();
  });

  it("that throws, or returns another array or a promise, fails its row and not the next", async () => {
    const ready = await sampler;
    const outcome = (name: string): SampleError => {
      const chain = ["custom:halve", `custom:${name}`] as SamplingParams["chain"];
      const calls = [() => ready.sample(row, { chain: chain! }), () => ready.distribution(row, { chain: chain! })];
      const errors = calls.map((call) => {
        try {
          call();
        } catch (error) {
          return error as SampleError;
        }
        throw new Error("it did not throw");
      });
      expect(errors[1]).toEqual(errors[0]);
      expect(errors[0]).toMatchObject({ name: "SampleError", code: "stage_failed" });
      return errors[0]!;
    };
    expect(outcome("throws")).toMatchObject({ message: 'stage "custom:throws" failed: planted', cause: planted });
    const inPlace = "failed: expected the logits to be changed in place and nothing returned, got";
    expect(outcome("answersLater").message).toBe(`stage "custom:answersLater" ${inPlace} a promise`);
    expect(outcome("answersShort").message).toBe(`stage "custom:answersShort" ${inPlace} an array of 299`);
    expect(ready.sample(row, { chain: ["custom:answersSame"] }).tokenId).toBe(0);
    expect(ready.row).toEqual(row);
  });

  it("is refused where it was not given", async () => {
    const ready = await sampler;
    expect(() => ready.compile({ chain: ["custom:bst"] })).toThrow(
      'unknown "chain" stage "custom:bst", did you mean "custom:best"?',
    );
    const plain = await createSampler({ vocabSize: 3, variant });
    expect(() => plain.compile({ chain: ["custom:best"] })).toThrow('unknown "chain" stage "custom:best"');
  });
});

it("a custom stage must be a function", async () => {
  const customStages = { no: 3 as unknown as CustomStage };
  await expect(createSampler({ vocabSize: 3, customStages })).rejects.toThrow(
    '"customStages.no" expected function, got 3',
  );
});

it("custom stages load from modules: the export of the stage's name, else the default one", async () => {
  const url = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const both = url(
    "export const first = (logits) => { logits[0] = 9; }; export default (logits) => { logits[1] = 9; };",
  );
  const sampler = await createSampler({
    vocabSize: 3,
    customStages: await loadCustomStages({ first: both, any: both }),
  });
  expect(sampler.sample([0, 0, 0], { chain: ["custom:first"], temperature: 0, logprobs: 1 }).topTokenIds[0]).toBe(0);
  expect(
    sampler.sample([0, 0, 0], { chain: ["custom:any"], logprobs: 1, logprobsMode: "processed" }).topTokenIds[0],
  ).toBe(1);
  const empty = url("export const stage = 3;");
  await expect(loadCustomStages({ stage: empty })).rejects.toThrow(
    `custom stage "stage" expected ${empty} to export a function "stage" or default, got neither`,
  );
  await expect(loadCustomStages({ gone: "file:///nowhere/gone.mjs" })).rejects.toThrow(
    /^custom stage "gone" cannot be loaded from file:\/\/\/nowhere\/gone.mjs: /,
  );
});
