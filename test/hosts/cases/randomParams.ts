/** Random sampling parameters over the whole of the parameter table; what a value may be, the table says. */
import { type Parameter, parameters, samplerNames, type SamplingParams } from "@tokenmill/core";
import type { Random } from "./random.ts";

const often = ["temperature", "topK", "topP", "minP", "profile", "logprobs", "seed"];
const small = [1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 1 - 2 ** -53];
const edges = [0, 1, -1, 0.5, 1.75, 64, 100, -100, 1e30, 2 ** 31 - 1, 5e-324];

export function randomParams(random: Random, vocabSize: number): SamplingParams {
  const count = 1 + random.below(7);
  const chosen = Array.from({ length: count }, () => {
    const name = random.below(2) === 0 ? random.of(often) : random.of(parameters).name;
    return parameters.find((parameter) => parameter.name === name)!;
  });
  const entries = chosen.map((parameter) => [parameter.name, valueOf(parameter, random, vocabSize)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Undefined where no try was in the parameter's range. */
function valueOf(parameter: Parameter, random: Random, vocabSize: number): unknown {
  for (let attempt = 0; attempt < 8; attempt++) {
    const value = tryOf(parameter, random, vocabSize);
    if (parameter.faultOf(value, vocabSize) === undefined) return value;
  }
  return undefined;
}

function tryOf({ kind, choices, name }: Parameter, random: Random, vocabSize: number): unknown {
  const id = (): number => random.below(Math.min(vocabSize, 40));
  switch (kind) {
    case "number":
      return real(random);
    case "integer":
      return random.below(4) === 0 ? random.of(edges) : random.below(24) - 1;
    case "boolean":
      return random.below(2) === 0;
    case "choice":
      return random.of(choices!);
    case "seed":
      if (name !== "seed") return random.word() * 2 ** 21 + random.below(2 ** 21);
      return (BigInt(random.word()) << 32n) | BigInt(random.word());
    case "tokenIds":
      return random.list(20, id);
    case "bias":
      return new Map(random.list(20, () => [id(), random.below(6) === 0 ? -Infinity : random.below(2048) / 64 - 16]));
    case "stages":
      return random.shuffled(samplerNames);
    case "tokenSequences":
      return random.list(6, () => [id() % 8, ...random.list(2, () => id() % 8)]);
    case "sequenceBiases":
      return random.list(6, () => [[id() % 8, ...random.list(2, () => id() % 8)], random.below(2048) / 64 - 16]);
    case "numbers":
      return random.list(6, () => random.word());
    default:
      return kind satisfies never;
  }
}

function real(random: Random): number {
  const even = random.below(4097);
  const forms = [even / 4096, (3 * even) / 4096, even / 1024 - 2, even / 64, random.of(small), random.of(edges)];
  return random.of(forms);
}
