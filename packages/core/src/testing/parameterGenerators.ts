/**
 * How each parameter is generated for property tests: over its range, its ends and "off" included. A new parameter needs
 * its line here; the compiler and `generatedChains.test.ts` see to that.
 */
import fc from "fast-check";
import { profiles, type ProfileName } from "../params/profiles.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import type { Stage } from "../stages/stage.ts";
import { type StageName, stages } from "../stages/stages.ts";

type Generated = {
  readonly [Name in keyof SamplingParams]-?: (vocabSize: number) => fc.Arbitrary<SamplingParams[Name]>;
};

/** Evenly over [least, most] in steps of 1/4096 of it, with other values now and then. */
function spread(least: number, most: number, ...others: number[]): fc.Arbitrary<number> {
  const even = fc.integer({ min: 0, max: 4096 }).map((i) => least + ((most - least) * i) / 4096);
  return others.length === 0 ? even : fc.oneof({ weight: 5, arbitrary: even }, fc.constantFrom(...others));
}

/** From 10^-`decades` to 1, evenly on a logarithmic scale. */
const small = (decades: number, ...others: number[]): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 4096 }).map((i) => 10 ** ((-decades * i) / 4096)) },
    fc.constantFrom(...others),
  );

const inside = (vocabSize: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: vocabSize - 1 });
const someIds = (vocabSize: number, minLength = 0): fc.Arbitrary<number[]> =>
  fc.array(inside(vocabSize), { minLength, maxLength: Math.min(vocabSize, 40) });

export const parameterGenerators: Generated = {
  profile: () => fc.constantFrom(...(Object.keys(profiles) as ProfileName[])),
  chain: () => fc.shuffledSubarray(Object.keys(stages) as StageName[], { minLength: 1 }),
  temperature: () => spread(0.05, 3, 0, 1, 1e-6, 1e-3, 50, 1e30, 1e-30, Number.MIN_VALUE),
  topK: (vocabSize) => fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 * vocabSize })),
  topP: () => spread(1 / 4096, 1, 1, 0.5, 1e-12, 1 - 2 ** -53),
  minP: () => small(6, 0, 1, 0.5, Number.MIN_VALUE),
  pLess: () => fc.boolean(),
  dynatempRange: () => spread(0, 3, 0, 1),
  dynatempExponent: () => spread(0.1, 4, 1),
  smoothingFactor: () => spread(0, 2, 0, 1e-6, 100),
  smoothingCurve: () => spread(1, 3, 1, 3),
  topH: () => spread(1 / 4096, 1, 1, 0.5, 1e-9),
  topNSigma: () => spread(0, 5, 0, 1, 1e-9),
  minK: () => fc.boolean(),
  minKTau: () => spread(0, 40, 0, 3, 1e-3, 1e30),
  typicalP: () => spread(1 / 4096, 1, 1, 0.5),
  epsilonCutoff: () => small(9, 0, 0.5, 1 - 2 ** -53).filter((x) => x < 1),
  etaCutoff: () => small(9, 0, 0.5, 1 - 2 ** -53).filter((x) => x < 1),
  topA: () => small(6, 0, 1, 0.5),
  tailFree: () => spread(1 / 4096, 1, 1, 0.5),
  xtcProbability: () => spread(0, 1, 0, 1, 0.5),
  xtcThreshold: () => small(4, 1, 0.5, 0.1),
  mirostat: () => fc.constantFrom(0, 1, 2),
  mirostatTau: () => spread(0, 12, 0, 5, 100),
  mirostatEta: () => spread(0, 1, 0, 0.1, 1),
  adaptiveTarget: () => spread(0, 1, -1, 0, 1),
  adaptiveDecay: () => spread(0, 0.99, 0, 0.9),
  repetitionPenalty: () => spread(0.1, 3, 1, 1e-6, 1e30),
  frequencyPenalty: () => spread(-2, 2, 0),
  presencePenalty: () => spread(-2, 2, 0),
  penaltyLastN: () => fc.oneof(fc.integer({ min: -1, max: 10 }), fc.constantFrom(64, 2 ** 31 - 1)),
  dryMultiplier: () => spread(0, 3, 0, 0.8, 1e30),
  dryBase: () => spread(1, 4, 1, 1.75, 1000, 1 + 1e-6, 1.0001),
  dryAllowedLength: () => fc.integer({ min: 0, max: 5 }),
  dryPenaltyLastN: () => fc.oneof(fc.integer({ min: -1, max: 30 }), fc.constantFrom(-1, 2 ** 31 - 1)),
  drySequenceBreakers: (vocabSize) =>
    fc.array(fc.array(fc.nat(Math.min(vocabSize - 1, 7)), { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
  noRepeatNgramSize: () => fc.integer({ min: 0, max: 4 }),
  penaltyScope: () => fc.constantFrom("prompt+output", "output"),
  logitBias: (vocabSize) =>
    fc
      .array(fc.tuple(inside(vocabSize), spread(-100, 100, 0, -Infinity, -100, 100)), { maxLength: 40 })
      .map((entries) => new Map(entries)),
  allowedTokenIds: (vocabSize) => someIds(vocabSize, 1),
  bannedTokenIds: (vocabSize) => someIds(vocabSize),
  badWords: (vocabSize) =>
    fc.array(
      fc.oneof(inside(vocabSize), fc.array(fc.nat(Math.min(vocabSize - 1, 7)), { minLength: 1, maxLength: 4 })),
      {
        maxLength: 12,
      },
    ),
  minTokens: () => fc.integer({ min: 0, max: 20 }),
  stopTokenIds: (vocabSize) => someIds(vocabSize),
  kgwDelta: () => spread(0, 10, 0, 100),
  kgwGamma: () => spread(1 / 4096, 4095 / 4096, 0.25, 0.5),
  kgwContext: () => fc.integer({ min: 1, max: 16 }),
  kgwKey: () => fc.maxSafeNat(),
  // each layer can double the relative error of a small probability: the f64 reference is no judge of deep ones
  synthIdDepth: () => fc.integer({ min: 0, max: 10 }),
  synthIdContext: () => fc.integer({ min: 1, max: 16 }),
  synthIdKey: () => fc.maxSafeNat(),
  synthIdKeys: () => fc.array(fc.maxSafeNat(), { maxLength: 10 }),
  seed: () => fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })),
  logprobs: () => fc.integer({ min: 0, max: 20 }),
  logprobsMode: () => fc.constantFrom("raw", "processed"),
};

/** Params of the given stages, any profile and seed; each parameter is absent now and then. */
export function paramsOf(of: readonly Stage[], vocabSize: number): fc.Arbitrary<SamplingParams> {
  const names = new Set<keyof SamplingParams>(["profile", "seed", ...of.flatMap(({ params }) => params)]);
  const generators = Object.fromEntries(
    [...names].map((name) => [
      name,
      fc.oneof(
        { weight: 7, arbitrary: parameterGenerators[name](vocabSize) as fc.Arbitrary<unknown> },
        fc.constant(undefined),
      ),
    ]),
  );
  return fc.record(generators).map(({ synthIdKeys, ...params }): SamplingParams => {
    const keys = synthIdKeys as readonly number[] | undefined;
    // keys beside a depth are refused
    const complete = keys?.length ? { ...params, synthIdKeys: keys, synthIdDepth: 0 } : params;
    return Object.fromEntries(Object.entries(complete).filter(([, value]) => value !== undefined));
  });
}
