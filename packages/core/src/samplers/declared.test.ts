/** What samplers declare of themselves is so, whichever they are: the shared code asks for nothing else. */
import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { parameters } from "../params/parameters.ts";
import { profiles } from "../profiles/index.ts";
import { createSampler } from "../sampler/sampler.ts";
import { SampleError } from "../records/sampleResult.ts";
import type { Distribution, Draw, Sampler } from "../sampler/types.ts";
import { cases, timeoutMs } from "../testing/cases.ts";
import { variants } from "../testing/createKernels.ts";
import { drawOf, rowOf, rowRecipe } from "../testing/generatedRow.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";
import { samplerNames, samplers } from "./table.ts";

vi.setConfig({ testTimeout: timeoutMs });

const size = 65;
let sampler: Sampler;

beforeAll(async () => {
  sampler = await createSampler({ vocabSize: size, maxHistory: 64 });
});

/** Undefined where nothing is left. */
function distributionOf(...given: Parameters<Sampler["distribution"]>): Distribution | undefined {
  try {
    return sampler.distribution(...given);
  } catch (error) {
    if (error instanceof SampleError && error.code === "all_tokens_masked") return undefined;
    throw error;
  }
}

describe.each(samplerNames)("%s", (name) => {
  const { changesAt, coin, keepsOrder, state, parameters: own } = samplers[name];
  const generated = fc.record({ recipe: rowRecipe, params: paramsOf([name], size), draw: drawOf(size) });
  type Case = typeof generated extends fc.Arbitrary<infer C> ? C : never;
  const holds = (property: (row: Float32Array, given: Case) => void): void =>
    fc.assert(
      fc.property(generated, (given) => property(rowOf(given.recipe, size), given)),
      cases(30),
    );

  it.runIf(keepsOrder)("keeps the order of the tokens that it leaves", () => {
    holds((row, { params, draw }) => {
      const { tokenIds, probs } = distributionOf(row, params, draw) ?? { tokenIds: [], probs: [] };
      for (let i = 1; i < tokenIds.length; i++) {
        if (probs[i - 1]! > probs[i]!) expect(row[tokenIds[i - 1]!]).toBeGreaterThanOrEqual(row[tokenIds[i]!]!);
      }
    });
  });

  it("does the same at all positions but those that it declares, and, without a coin, for all sequences", () => {
    holds((row, { params, draw }) => {
      const at = (more: Draw): unknown => distributionOf(row, params, { ...draw, ...more });
      const { first, last } = changesAt?.(params) ?? { first: Infinity, last: -Infinity };
      const { position = 0 } = draw;
      const isChange = position + 1 >= first && position + 1 <= last;
      if (coin === undefined) {
        if (!isChange) expect(at({ position: position + 1 })).toEqual(at({}));
        expect(at({ sequenceId: 7 })).toEqual(at({}));
      } else if (params[coin] === 1) expect(at({ sequenceId: 7, position: position + 1 })).toEqual(at({}));
    });
  });

  it("has a state if and only if it declares one", () => {
    holds((_, { params }) => {
      const plan = sampler.compile(params);
      const isOn = plan.stageNames.includes(name);
      expect(plan.initialState !== undefined).toBe(isOn && state !== undefined);
    });
  });

  it("has its values of off, absent and start in the range of each parameter", () => {
    for (const { off, absent, start, faultOf } of Object.values(own)) {
      for (const value of [off, absent, start]) if (value !== undefined) expect(faultOf(value, 1)).toBeUndefined();
    }
  });

  it("is off where its parameters are", () => {
    const reads = new Set<string>(samplers[name].reads);
    const off = parameters.filter((parameter) => reads.has(parameter.name) && parameter.off !== undefined);
    for (const profile of Object.values(profiles)) {
      const params = Object.fromEntries(off.map((parameter) => [parameter.name, parameter.off]));
      expect(samplers[name].pack(params, { ...profile, greedyBelow: 0 })).toBeUndefined();
    }
  });
});

const examples = samplerNames.flatMap((name) =>
  (samplers[name].examples ?? []).map((example) => ({ name, ...example })),
);

describe.each(variants)("%s kernels", (variant) => {
  it.each(examples)("$name with $params gives what $source has for $probs", async ({ probs, params, left }) => {
    const small = await createSampler({ vocabSize: probs.length, variant });
    const { tokenIds, probs: found } = small.distribution(Float32Array.from(probs, Math.log), params);
    const actual = new Float64Array(probs.length);
    tokenIds.forEach((id, i) => (actual[id] = found[i]!));
    left.forEach((p, id) => (p === 0 ? expect(actual[id]).toBe(0) : expect(actual[id]).toBeCloseTo(p, 6)));
  });
});
