/** The range of every parameter, in words and as a predicate. Validation walks this list; `parameters.ts` adds what is said of each. */
import { integer } from "../kinds/numbers.ts";
import type { ParameterSpec } from "../kinds/parameter.ts";
import { distinctTokenIds } from "../kinds/tokens.ts";
import { boolean, choice } from "../kinds/words.ts";
import { profiles } from "../profiles/index.ts";
import { isSeed, seedWords } from "../random/seed.ts";
import { mostLogprobTokenIds } from "../records/sampleResult.ts";
import { samplerParameters } from "../samplers/table.ts";
import type { SamplingParams } from "./samplingParams.ts";

export interface NamedSpec extends ParameterSpec {
  readonly name: keyof SamplingParams;
}

/** Whether the value is an array of strings. */
export function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

const chain: NamedSpec = {
  name: "chain",
  kind: "stages",
  expected: "array of stage names, each once",
  hasType: isStringList,
  faultOf: (value) => {
    if (!isStringList(value)) return { value };
    const index = value.findIndex((stage, i) => value.indexOf(stage) < i);
    return index < 0 ? undefined : { at: `[${index}]`, expected: "stage that comes once", value: value[index] };
  },
};

const seed: NamedSpec = {
  name: "seed",
  kind: "seed",
  expected: seedWords,
  hasType: (value) => typeof value === "number" || typeof value === "bigint",
  faultOf: (value) => (isSeed(value) ? undefined : { value }),
};

export const parameterSpecs: readonly NamedSpec[] = [
  { name: "profile", ...choice(Object.keys(profiles)) },
  chain,
  ...samplerParameters,
  seed,
  { name: "logprobs", ...integer(0) },
  { name: "logprobTokenIds", ...distinctTokenIds(mostLogprobTokenIds) },
  { name: "samplingMask", ...boolean() },
  { name: "logprobsMode", ...choice(["raw", "processed"]) },
];
