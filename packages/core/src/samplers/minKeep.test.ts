/** Cuts that stop at a number of tokens (llama.cpp `min_keep`): by hand, and on rows that are cut without a list of them. */
import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf } from "../testing/generatedRow.ts";
import { sparseOf } from "../testing/sparseOf.ts";
import { rowIn } from "../testing/widths.ts";

const four = Float32Array.from([0.1, 0.2, 0.3, 0.4], Math.log);

describe.each(variants)("%s kernels", (variant) => {
  it.each<[SamplingParams, number[]]>([
    [{ topP: 0.1, minKeep: 3 }, [3, 2, 1]],
    [{ topP: 0.9, minKeep: 2 }, [3, 2, 1]],
    [{ topP: 0.1, minKeep: 9 }, [3, 2, 1, 0]],
    [{ minP: 1, minKeep: 2 }, [3, 2]],
    [{ minP: 0.4, minKeep: 2 }, [3, 2, 1]],
    [{ typicalP: 0.1, minKeep: 1 }, [2]],
    [{ typicalP: 0.1, minKeep: 2 }, [2, 1]],
    [{ typicalP: 0.1, minKeep: 4 }, [3, 2, 1, 0]],
    // XTC would leave 0, or 1 and 0
    [{ xtcProbability: 1, xtcThreshold: 0.09, minKeep: 2 }, [3, 2, 1, 0]],
    [{ xtcProbability: 1, xtcThreshold: 0.19, minKeep: 2 }, [1, 0]],
    [{ xtcProbability: 1, xtcThreshold: 0.19, minKeep: 3 }, [3, 2, 1, 0]],
    // others do not know it
    [{ topK: 1, minKeep: 3 }, [3]],
  ])("%j leaves %j of 0.1, 0.2, 0.3, 0.4", async (params, left) => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    expect([...sampler.distribution(four, params).tokenIds]).toEqual(left);
  });

  const size = 20_000;
  const wide = rowOf({ kind: "gaussian", seed: 8, scale: 2.5, offset: 0, masked: 0.1 }, size);

  it.each<[SamplingParams, SamplingParams]>([
    [{ topP: 0.3 }, {}],
    [{ minP: 0.05 }, {}],
    [{ minP: 0.05, topP: 0.3 }, {}],
    [{ minP: 0.05, topP: 0.3, topK: 5000 }, {}],
    [{ minP: 0.3, temperature: 3, dynatempRange: 0.5, chain: ["temperature", "minP"] }, {}],
    [{ minP: 0.3, chain: ["minP"], kgwDelta: 2 }, { kgwDelta: 2 }],
    [{ topP: 0.3, chain: ["topP"], kgwDelta: 2 }, { kgwDelta: 2 }],
  ])("%j with minKeep 3000 leaves the 3000 largest of a row, with 2 what it leaves alone", async (params, others) => {
    for (const dtype of ["f32", "bf16", "f16"] as const) {
      const sampler = await createSampler({ vocabSize: size, variant, dtype });
      const { row } = rowIn(dtype, wide);
      const chain = params.chain && [...(params.kgwDelta ? (["kgw"] as const) : []), ...params.chain];
      const given = { ...params, ...(chain && { chain }) };
      const { temperature, dynatempRange } = params;
      const heat = temperature === undefined ? {} : { temperature, dynatempRange: dynatempRange! };
      const largest = sampler.distribution(row, { ...others, ...heat, topK: 3000 });
      const kept = sampler.distribution(row, { ...given, minKeep: 3000 });
      expect([...kept.tokenIds]).toEqual([...largest.tokenIds]);
      const alone = sampler.distribution(row, given);
      expect(alone.tokenIds.length).toBeLessThan(3000);
      expect([...sampler.distribution(row, { ...given, minKeep: 2 }).tokenIds]).toEqual([...alone.tokenIds]);
      const drawn = Array.from({ length: 40 }, (_, position) => {
        const { tokenId } = sampler.sample(row, { ...given, minKeep: 3000 }, { position });
        return largest.tokenIds.indexOf(tokenId);
      });
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
      // more than the cut alone would leave
      expect(Math.max(...drawn)).toBeGreaterThan(alone.tokenIds.length);
    }
  });

  it("a sparse row has to list as many", async () => {
    const sampler = await createSampler({ vocabSize: 400, variant });
    const row = rowOf({ kind: "gaussian", seed: 3, scale: 2.5, offset: 0, masked: 0 }, 400);
    for (const cut of [{ topP: 0.2 }, { minP: 0.7 }]) {
      const params = { ...cut, minKeep: 12 };
      const whole = sampler.distribution(row, params);
      expect(whole.tokenIds).toHaveLength(12);
      expect([...sampler.distribution(sparseOf(row, 30), params).tokenIds]).toEqual([...whole.tokenIds]);
      expect(() => sampler.distribution(sparseOf(row, 10), params)).toThrow(/12 needed, 10 covered/);
    }
  });

  it("1 is the plan that it is without", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const params: SamplingParams = { topP: 0.5, minP: 0.1, typicalP: 0.9, xtcProbability: 0.5 };
    expect(sampler.compile({ ...params, minKeep: 1 }).bytes).toEqual(sampler.compile(params).bytes);
    expect(sampler.compile({ topK: 2, minKeep: 3 }).unusedParams).toEqual(["minKeep"]);
    expect(() => sampler.compile({ minKeep: 0 })).toThrow('"minKeep" expected integer in [1, 2147483647], got 0');
  });
});
