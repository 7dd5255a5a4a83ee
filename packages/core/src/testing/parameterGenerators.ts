/**
 * How each parameter is generated for property tests, from its range, its ends, "off", "absent" and what its file adds in
 * `samples`. A parameter of a known kind needs nothing here.
 */
import fc from "fast-check";
import { isInRange, type NumberRange } from "../kinds/range.ts";
import { type Parameter, parameters } from "../params/parameters.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { type SamplerName, samplerNames, samplers } from "../samplers/table.ts";

/** Evenly over [least, most] in steps of 1/4096 of it. */
function spread(least: number, most: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 4096 }).map((i) => least + ((most - least) * i) / 4096);
}

/** From 10^-`decades` to 1, evenly on a logarithmic scale. */
const logarithmic = (decades: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 4096 }).map((i) => 10 ** ((-decades * i) / 4096));

function isValid(parameter: Parameter, value: unknown): value is number {
  return typeof value === "number" && parameter.faultOf(value, Infinity) === undefined;
}

function numberOf(parameter: Parameter, range: NumberRange): fc.Arbitrary<number> {
  const { samples = {}, off, absent, usualMost = 5 } = parameter;
  const [least, most] = samples.between ?? [range.least, Math.min(range.most, range.least + usualMost)];
  const even =
    range.type === "integer"
      ? fc.integer({ min: least, max: most })
      : samples.decades === undefined
        ? spread(least, most)
        : logarithmic(samples.decades);
  const others = [off, absent, range.least, range.most, ...(samples.also ?? [])].filter((x) => isValid(parameter, x));
  const inRange = even.filter((x) => isInRange(range, x));
  return others.length === 0 ? inRange : fc.oneof({ weight: 5, arbitrary: inRange }, fc.constantFrom(...others));
}

const inside = (vocabSize: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: vocabSize - 1 });

/** Sequences of the few tokens that a history repeats. */
const shortSequence = (vocabSize: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(Math.min(vocabSize - 1, 7)), { minLength: 1, maxLength: 4 });

function generatorOf(parameter: Parameter, vocabSize: number): fc.Arbitrary<unknown> {
  const { kind, range, ranges, choices = [], leastItems = 0, samples = {} } = parameter;
  switch (kind) {
    case "number":
    case "integer":
      return numberOf(parameter, range!);
    case "numbers":
      if (ranges) return fc.tuple(...ranges.map((each) => numberOf(parameter, each)));
      return fc.array(fc.maxSafeNat(), { maxLength: samples.mostItems ?? parameter.mostItems ?? 10 });
    case "seed":
      return range ? fc.maxSafeNat() : fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
    case "choice":
      return fc.constantFrom(...choices);
    case "boolean":
      return fc.boolean();
    case "tokenIds":
      return fc.array(inside(vocabSize), { minLength: leastItems, maxLength: Math.min(vocabSize, 40) });
    case "tokenSequences":
      return fc.array(fc.oneof(inside(vocabSize), shortSequence(vocabSize)), { maxLength: samples.mostItems ?? 12 });
    case "bias": {
      const value = fc.oneof({ weight: 5, arbitrary: spread(-100, 100) }, fc.constantFrom(0, -Infinity, -100, 100));
      return fc.array(fc.tuple(inside(vocabSize), value), { maxLength: 40 }).map((entries) => new Map(entries));
    }
    case "sequenceBiases": {
      const value = fc.oneof({ weight: 5, arbitrary: spread(-100, 100) }, fc.constantFrom(0, -100, 100));
      return fc.array(fc.tuple(shortSequence(vocabSize), value), { maxLength: samples.mostItems ?? 12 });
    }
    case "stages":
      return fc.shuffledSubarray([...samplerNames], { minLength: 1 });
    default:
      return kind satisfies never;
  }
}

/** Params of the given samplers, any profile and seed; each parameter is absent now and then. */
export function paramsOf(of: readonly SamplerName[], vocabSize: number): fc.Arbitrary<SamplingParams> {
  const names = new Set<string>(["profile", "seed", ...of.flatMap((name) => samplers[name].reads)]);
  const generators = Object.fromEntries(
    parameters
      .filter(({ name }) => names.has(name))
      .map((parameter) => [
        parameter.name,
        fc.oneof({ weight: 7, arbitrary: generatorOf(parameter, vocabSize) }, fc.constant(undefined)),
      ]),
  );
  return fc.record(generators).map((generated) => {
    const params: SamplingParams = Object.fromEntries(
      Object.entries(generated).filter(([, value]) => value !== undefined),
    );
    for (const name of of) {
      const contradiction = samplers[name].contradiction?.(params);
      if (contradiction) delete params[contradiction.name];
    }
    return params;
  });
}
