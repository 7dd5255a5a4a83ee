/** DRY against llama.cpp's published vectors (tests/test-sampling.cpp, `test_dry`) and against its definition. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { profiles } from "../profiles/index.ts";
import { createSampler } from "../sampler/sampler.ts";
import { variants } from "../testing/createKernels.ts";
import { ReferenceRow } from "../reference/referenceRow.ts";
import { dry, dryReference } from "./dry.ts";

const setting = (dryMultiplier: number, dryAllowedLength: number, drySequenceBreakers: number[][] = []) => ({
  dryMultiplier,
  dryBase: 1.1,
  dryAllowedLength,
  drySequenceBreakers,
});

describe.each(variants)("%s kernels", (variant) => {
  const probsOf = async (size: number, params: SamplingParams, history: number[]): Promise<number[]> => {
    const sampler = await createSampler({ vocabSize: size, variant });
    const { tokenIds, probs } = sampler.distribution(new Float32Array(size), params, { history });
    return Array.from({ length: size }, (_, id) => probs[tokenIds.indexOf(id)]!);
  };

  it.each<[number[], SamplingParams, number[]]>([
    [[0, 1], setting(1, 2), [0.25, 0.25, 0.25, 0.25]],
    [[0, 1, 2, 0, 1], setting(1, 2), [0.296923, 0.296923, 0.109232, 0.296923]],
    [[0, 1, 3, 2, 0, 1], setting(1, 2, [[3]]), [0.25, 0.25, 0.25, 0.25]],
    [[0, 1, 2, 0, 1], setting(2, 2), [0.241818, 0.241818, 0.032727, 0.241818, 0.241818]],
    [[0, 1, 2, 3, 4, 0, 1], setting(1, 4), [0.2, 0.2, 0.2, 0.2, 0.2]],
  ])("history %j with %o gives %j", async (history, params, expected) => {
    const probs = await probsOf(expected.length, params, history);
    probs.forEach((p, id) => expect(p).toBeCloseTo(expected[id]!, 5));
  });

  it("the longest repetition counts, and does not reach across a breaker", async () => {
    // "1 2 3" stands before 4 and "2 3" before 5
    const history = [1, 2, 3, 4, 9, 2, 3, 5, 0, 1, 2, 3];
    const penaltyOf = async (params: SamplingParams): Promise<number[]> => {
      const probs = await probsOf(10, { dryMultiplier: 1, dryBase: 2, dryAllowedLength: 2, ...params }, history);
      return [4, 5].map((id) => Math.log(probs[0]! / probs[id]!));
    };
    const expectPenalties = async (params: SamplingParams, expected: number[]): Promise<void> =>
      (await penaltyOf(params)).forEach((penalty, i) => expect(penalty).toBeCloseTo(expected[i]!, 5));
    await expectPenalties({}, [2, 1]);
    await expectPenalties({ drySequenceBreakers: [1] }, [1, 1]);
    await expectPenalties({ drySequenceBreakers: [2] }, [0, 0]);
    await expectPenalties({ drySequenceBreakers: [[1, 2]] }, [0, 0]);
    await expectPenalties({ drySequenceBreakers: [[0, 1]] }, [1, 1]);
    await expectPenalties({ drySequenceBreakers: [[0, 2], 4] }, [0, 1]);
    await expectPenalties({ dryPenaltyLastN: 8 }, [0, 1]);
    await expectPenalties({ dryPenaltyLastN: 0 }, [0, 0]);
  });

  it("equals its definition on histories of up to 3,000 tokens that repeat much", async () => {
    const sampler = await createSampler({ vocabSize: 300, variant });
    const cases = fc.record({
      period: fc.integer({ min: 1, max: 60 }),
      length: fc.integer({ min: 1, max: 3000 }),
      slips: fc.array(fc.nat(2999), { maxLength: 5 }),
      dryBase: fc.constantFrom(1.1, 1.75, 1.01, 1),
      dryAllowedLength: fc.integer({ min: 0, max: 8 }),
      dryPenaltyLastN: fc.constantFrom(-1, 500, 64),
      breaker: fc.option(fc.nat(59)),
    });
    fc.assert(
      fc.property(cases, ({ period, length, slips, breaker, ...params }) => {
        const history = Array.from({ length }, (_, i) => i % period);
        for (const slip of slips) if (slip < length) history[slip] = 200;
        // a repeat that the table of 1,024 lengths of this vocabulary cannot tell apart is another test's
        const complete = { dryMultiplier: 0.01, drySequenceBreakers: breaker === null ? [] : [breaker], ...params };
        const lastN = params.dryBase > 1.05 || length <= 512 ? params.dryPenaltyLastN : 500;
        const given = { ...complete, dryPenaltyLastN: lastN };
        const row = new ReferenceRow(new Float32Array(300), history);
        dryReference().law(row, given, profiles.tokenmill);
        const expected = row.probs();
        const { tokenIds, probs } = sampler.distribution(new Float32Array(300), given, { history });
        tokenIds.forEach((id, i) =>
          expect(Math.abs(probs[i]! - expected[id]!)).toBeLessThanOrEqual(1e-6 * expected[id]! + 1e-300),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("tells lengths apart up to twice the padded vocabulary, whatever the base", async () => {
    const params = { dryMultiplier: 1, dryBase: 1.001, dryAllowedLength: 2 };
    for (const [length, exponent] of [
      [401, 398],
      [2000, 510],
    ] as const) {
      const probs = await probsOf(16, params, new Array<number>(length).fill(3));
      expect(Math.log(probs[0]! / probs[3]!)).toBeCloseTo(1.001 ** exponent, 5);
    }
  });
});

describe("the exponent at which the penalty stops growing", () => {
  const exponentOf = (dryBase: number): number =>
    dry.pack({ dryMultiplier: 1, dryBase }, profiles.tokenmill)!.numbers![2]!;
  /** base^exponent in whole numbers, as (significand, power of two). */
  const isF32 = (base: number, exponent: number): boolean => {
    const [significand, shift] = [BigInt(base * 2 ** 52), -52n * BigInt(exponent)];
    return significand ** BigInt(exponent) <= (2n ** 24n - 1n) << (104n - shift);
  };

  it.each([1000, 512.25, 2, 1.75, 1.1, 1.01])("of base %d is the largest whose power is an f32", (base) => {
    const exponent = exponentOf(base);
    expect(isF32(base, exponent)).toBe(true);
    expect(isF32(base, exponent + 1)).toBe(false);
  });

  // 12.999999999999999 or 13 by the logarithm of this or that JavaScript engine; its power 13 rounds to above the largest f32
  it("does not hang on a logarithm's last bit", () => {
    vi.spyOn(Math, "log").mockImplementation(() => {
      throw new Error("Math.log was asked");
    });
    expect(exponentOf(920.4233923321186)).toBe(12);
    expect(exponentOf(1.000001)).toBe(0);
    expect(exponentOf(1.0000011)).toBeGreaterThan(8e7);
    vi.restoreAllMocks();
  });
});
