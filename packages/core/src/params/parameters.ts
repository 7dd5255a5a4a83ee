/** Every parameter with what is said of it. Flags, JSON fields, `FEATURES.md`, sliders and generated tests are made from this list. */
import type { ParameterKind, ParameterNotes, ParameterSpec } from "../kinds/parameter.ts";
import { samplerReferences } from "../samplers/references.ts";
import { sharedParameterNotes } from "../samplers/sharedParams.ts";
import { type NamedSpec, parameterSpecs } from "./parameterSpecs.ts";
import type { SamplingParams } from "./samplingParams.ts";

export interface Parameter extends ParameterSpec, ParameterNotes {
  readonly name: keyof SamplingParams;
}

const notes: Readonly<Partial<Record<keyof SamplingParams, ParameterNotes>>> = {
  profile: { description: "order of the stages and their boundary rules" },
  chain: { description: "the stages in this order instead of the profile's; those not listed are off" },
  ...Object.assign({}, ...Object.values(samplerReferences).map((reference) => reference.parameters)),
  ...sharedParameterNotes,
  seed: {
    description:
      "key of the random numbers; absent: a random one for sequences, 0 for single rows (sample, explain); -1 is a random one, other negative ones are their two's complement",
  },
  logprobs: {
    description: "return the chosen token's log-probability and those of the N best",
    start: 5,
    usualMost: 20,
    samples: { between: [0, 20] },
  },
  logprobTokenIds: {
    description: "return the log-probabilities of these tokens too, in this order; logprobs is 0 unless given",
  },
  samplingMask: {
    description:
      "return which tokens the token was drawn from, after everything in the chain, and its log-probability among them",
  },
  logprobsMode: { description: "log-probabilities of the row as it came, or of what the draw saw" },
};

const usualStart: Readonly<Partial<Record<ParameterKind, unknown>>> = {
  tokenIds: [0],
  tokenSequences: [[0]],
  bias: { 0: 1 },
  sequenceBiases: [[[0], 1]],
  boolean: true,
};

function described(spec: NamedSpec): Parameter {
  const { kind, off, name } = spec;
  const { description, ...others } = notes[name]!;
  return {
    ...(kind in usualStart && { start: usualStart[kind] }),
    ...spec,
    ...others,
    description: typeof off === "number" ? `${description}; ${off} is off` : description,
  };
}

export const parameters: readonly Parameter[] = parameterSpecs.map(described);
