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
import { samplerReferences } from "./references.ts";
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
  const { changesAt, coin, keepsOrder, state } = samplers[name];
  const own = parameters.filter((parameter) => parameter.name in samplers[name].parameters);
  const generated = fc.record({ recipe: rowRecipe, params: paramsOf([name], size), draw: drawOf(size) });
  type Case = typeof generated extends fc.Arbitrary<infer C> ? C : never;
  /** The property gives what is so and what was expected. */
  const expectAlways = (property: (row: Float32Array, given: Case) => readonly [unknown, unknown]): void =>
    fc.assert(
      fc.property(generated, (given) => {
        const [actual, expected] = property(rowOf(given.recipe, size), given);
        expect(actual).toEqual(expected);
      }),
      cases(30),
    );

  it.runIf(keepsOrder)("keeps the order of the tokens that it leaves", () => {
    expectAlways((row, { params, draw }) => {
      const { tokenIds, probs } = distributionOf(row, params, draw) ?? { tokenIds: [], probs: [] };
      const isBefore = (i: number): boolean => probs[i - 1]! > probs[i]! && row[tokenIds[i - 1]!]! < row[tokenIds[i]!]!;
      return [Array.from(tokenIds).filter((_, i) => i > 0 && isBefore(i)), []];
    });
  });

  it("does the same at all positions but those that it declares, and, without a coin, for all sequences", () => {
    expectAlways((row, { params, draw }) => {
      const at = (more: Draw): unknown => distributionOf(row, params, { ...draw, ...more });
      const { first, last } = changesAt?.(params) ?? { first: Infinity, last: -Infinity };
      const { position = 0 } = draw;
      const isChange = position + 1 >= first && position + 1 <= last;
      const isTossed = coin !== undefined && params[coin] !== 1;
      const other = { ...(!isTossed && { sequenceId: 7 }), ...(!isTossed && !isChange && { position: position + 1 }) };
      return [at(other), at({})];
    });
  });

  it("has a state if and only if it declares one", () => {
    expectAlways((_, { params }) => {
      const plan = sampler.compile(params);
      return [plan.initialState !== undefined, plan.stageNames.includes(name) && state !== undefined];
    });
  });

  it("has its values of off, absent and start in the range of each parameter", () => {
    const faults = own.flatMap(({ off, absent, start, faultOf }) =>
      [off, absent, start].filter((value) => value !== undefined).map((value) => faultOf(value, 1)),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("is off where its parameters are", () => {
    const reads = new Set<string>(samplers[name].reads);
    const off = parameters.filter((parameter) => reads.has(parameter.name) && parameter.off !== undefined);
    const params = Object.fromEntries(off.map((parameter) => [parameter.name, parameter.off]));
    for (const profile of Object.values(profiles)) expect(samplers[name].pack(params, profile)).toBeUndefined();
  });
});

const examples = samplerNames.flatMap((name) =>
  (samplerReferences[name].examples ?? []).map((example) => ({ name, ...example })),
);

describe.each(variants)("%s kernels", (variant) => {
  it.each(examples)("$name with $params gives what $source has for $probs", async ({ probs, params, left }) => {
    const small = await createSampler({ vocabSize: probs.length, variant });
    const { tokenIds, probs: found } = small.distribution(Float32Array.from(probs, Math.log), params);
    const actual = new Float64Array(probs.length);
    tokenIds.forEach((id, i) => (actual[id] = found[i]!));
    expect(left.map((p, id) => (p === 0 ? actual[id] === 0 : Math.abs(actual[id]! - p) < 1e-6))).not.toContain(false);
  });
});
