/**
 * Every sampling parameter, as data: the samplers' own, and those that belong to none. Validation, command-line flags, JSON
 * fields, `FEATURES.md`, sliders and generated tests are made from this list.
 */
import { integer } from "../kinds/numbers.ts";
import type { ParameterSpec } from "../kinds/parameter.ts";
import { choice } from "../kinds/words.ts";
import { profiles } from "../profiles/index.ts";
import { isSeed, seedWords } from "../random/seed.ts";
import { samplerParameters } from "../samplers/table.ts";
import type { SamplingParams } from "./samplingParams.ts";

export interface Parameter extends ParameterSpec {
  readonly name: keyof SamplingParams;
}

/** Whether the value is an array of strings. */
export function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

const chain: Parameter = {
  name: "chain",
  kind: "stages",
  expected: "array of stage names, each once",
  description: "the stages in this order instead of the profile's; those not listed are off",
  hasType: isStringList,
  faultOf: (value) => {
    if (!isStringList(value)) return { value };
    const index = value.findIndex((stage, i) => value.indexOf(stage) < i);
    return index < 0 ? undefined : { at: `[${index}]`, value: value[index] };
  },
};

const seed: Parameter = {
  name: "seed",
  kind: "seed",
  expected: seedWords,
  description: "key of the random numbers; -1 is a random one, other negative ones are their two's complement",
  hasType: (value) => typeof value === "number" || typeof value === "bigint",
  faultOf: (value) => (isSeed(value) ? undefined : { value }),
};

export const parameters: readonly Parameter[] = [
  {
    name: "profile",
    ...choice(Object.keys(profiles), { description: "order of the stages and their boundary rules" }),
  },
  chain,
  ...samplerParameters,
  seed,
  {
    name: "logprobs",
    ...integer(0, {
      description: "return the chosen token's log-probability and those of the N best",
      start: 5,
      usualMost: 20,
      samples: { between: [0, 20] },
    }),
  },
  {
    name: "logprobsMode",
    ...choice(["raw", "processed"], {
      description: "log-probabilities of the row as it came, or of what the draw saw",
    }),
  },
];
