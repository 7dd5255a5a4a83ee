/** Kernels against f64 references over generated rows, params and draws. */
import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { referenceChain, referenceStage } from "../chain/referenceChain.ts";
import { isSamplerName, type SamplerName, samplerNames } from "./table.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { Draw, Sampler } from "../sampler/types.ts";
import { cases, timeoutMs } from "../testing/cases.ts";
import { drawOf, type GeneratedRow, rowOf, rowRecipe, rowSizes } from "../testing/generatedRow.ts";
import { coinOf, judgeChain, type Verdict } from "../testing/judgeChain.ts";
import { JudgedRow } from "../testing/judgedRow.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";

vi.setConfig({ testTimeout: timeoutMs });

const samplers = new Map<number, Sampler>();

beforeAll(async () => {
  for (const size of rowSizes) samplers.set(size, await createSampler({ vocabSize: size, maxHistory: 64 }));
});

interface Case {
  size: number;
  recipe: GeneratedRow;
  params: SamplingParams;
  draw: Draw;
}

/** Cases whose params belong to the given stages. */
const casesOf = (names: readonly SamplerName[]): fc.Arbitrary<Case> =>
  fc.constantFrom(...rowSizes).chain((size) =>
    fc.record({
      size: fc.constant(size),
      recipe: rowRecipe,
      params: paramsOf(names, size),
      draw: drawOf(size),
    }),
  );

function judge({ size, recipe, params, draw }: Case, total: Verdict): void {
  const sampler = samplers.get(size)!;
  const plan = sampler.compile(params);
  const coin = coinOf({ seed: params.seed ?? 0, ...draw });
  const verdict = judgeChain(sampler, rowOf(recipe, size), plan, draw, coin);
  total.exact += verdict.exact;
  total.withinRounding += verdict.withinRounding;
}

/** Boundaries are hit by rows of equal logits and by params at the end of their range, not by more than one stage in 20. */
function expectMostlyExact({ exact, withinRounding }: Verdict): void {
  expect(exact).toBeGreaterThan(0);
  expect(withinRounding / (exact + withinRounding)).toBeLessThan(0.05);
}

describe("kernel and reference keep the same tokens with the same probabilities", () => {
  it.each(samplerNames)("%s alone", (name) => {
    const total: Verdict = { exact: 0, withinRounding: 0 };
    fc.assert(
      fc.property(casesOf([name]), (generated) => judge(generated, total)),
      cases(100),
    );
    expectMostlyExact(total);
  });

  it("up to five stages together, in each profile's order, after each of them", () => {
    const total: Verdict = { exact: 0, withinRounding: 0 };
    const chains = fc.subarray([...samplerNames], { minLength: 2, maxLength: 5 }).chain(casesOf);
    fc.assert(
      fc.property(chains, (generated) => judge(generated, total)),
      cases(2000),
    );
    expectMostlyExact(total);
  });
});

it("up to six stages in any order that a chain names, after each of them", () => {
  const total: Verdict = { exact: 0, withinRounding: 0 };
  const chains = fc
    .shuffledSubarray([...samplerNames], { minLength: 2, maxLength: 6 })
    .chain((chain) => casesOf(chain).map(({ params, ...rest }) => ({ ...rest, params: { ...params, chain } })));
  fc.assert(
    fc.property(chains, (generated) => judge(generated, total)),
    cases(2000),
  );
  expectMostlyExact(total);
});

it("stages that a plan leaves out change nothing in the reference", () => {
  const chains = fc.subarray([...samplerNames], { minLength: 1, maxLength: 3 }).chain(casesOf);
  fc.assert(
    fc.property(chains, ({ size, recipe, params, draw }) => {
      const rowFor = (): JudgedRow =>
        new JudgedRow(rowOf(recipe, size), draw.history, draw.promptLength, draw.position);
      const plan = samplers.get(size)!.compile(params);
      const whole = rowFor();
      referenceChain(whole, params);
      const active = rowFor();
      for (const name of plan.stageNames.filter(isSamplerName)) {
        if (active.kept().length > 0) referenceStage(active, name, plan.params);
      }
      expect(active.kept().length === 0 ? [] : whole.kept()).toEqual(active.kept());
    }),
    cases(200),
  );
});

describe("the judge", () => {
  const row = rowOf({ kind: "gaussian", seed: 3, scale: 2.5, offset: 0, masked: 0 }, 400);

  it.each<[SamplingParams, SamplingParams]>([
    [{ temperature: 0.7 }, { temperature: 0.70001 }],
    [{ topK: 40 }, { topK: 41 }],
    [{ topP: 0.9 }, { topP: 0.91 }],
    [{ minP: 0.05 }, { minP: 0.06 }],
    [{ typicalP: 0.9 }, { typicalP: 0.91 }],
    [{ logitBias: { 3: 1 } }, { logitBias: { 3: 1.00001 } }],
    [{ repetitionPenalty: 1.2 }, { repetitionPenalty: 1.20001 }],
    [{ xtcProbability: 0.5 }, { xtcProbability: 0.5, xtcThreshold: 0.01 }],
  ])("sees that kernels run with %o are not a reference with %o", (given, judged) => {
    const sampler = samplers.get(400)!;
    const plan = { ...sampler.compile(given), params: sampler.compile(judged).params };
    const draw = { history: [row.indexOf(Math.max(...row))], position: 0 };
    const coin = 0;
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const judgements = seeds.map((seed) => () => judgeChain(sampler, row, plan, { ...draw, seed }, coin));
    expect(judgements.some(throws)).toBe(true);
  });
});

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}
