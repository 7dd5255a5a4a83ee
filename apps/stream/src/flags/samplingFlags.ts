/** One flag per sampling parameter, made from the parameter table. */
import { asUsage } from "@tokenmill/cli";
import {
  type Parameter,
  type ParameterKind,
  parameters,
  samplerNames,
  type SamplingParams,
  validateParams,
} from "@tokenmill/core";
import { type Command, Option } from "commander";
import { kebabCase } from "./kebabCase.ts";
import { parseValue } from "./parseValue.ts";
import { type StageFlag, stageFlag } from "./stageFlag.ts";

const placeholders: Readonly<Record<ParameterKind, string>> = {
  number: "<number>",
  integer: "<integer>",
  seed: "<integer>",
  choice: "<name>",
  tokenIds: "<ids>",
  bias: "<json>",
  stages: "<names>",
  boolean: "<true|false>",
  tokenSequences: "<json>",
  sequenceBiases: "<json>",
  numbers: "<json>",
};

/** Each may stand in a chain once. */
const stages = [...samplerNames, "custom:<name>"].join(", ");

/** `--temperature` … `--logprobs-mode`, and `--stage`. */
export function addSamplingFlags(command: Command): void {
  command.optionsGroup("Sampling (see also --params):");
  for (const parameter of parameters) command.addOption(flagOf(parameter));
  command.addOption(stageFlag());
}

/** The sampling parameters among a command's options. @throws UsageError for one out of range, as far as that is known before the vocabulary is. */
export function samplingParams(options: Readonly<Record<string, unknown>>): SamplingParams {
  const given = parameters.flatMap(({ name }) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  const params: SamplingParams = Object.fromEntries(given);
  checkParams(params, Number.MAX_SAFE_INTEGER, anyRoom);
  return params;
}

/** Of a pool or sampler: the most that `logprobs` and `logprobTokenIds` may ask for. */
interface LogprobRoom {
  readonly maxLogprobs: number;
  readonly maxLogprobTokenIds: number;
}

interface ResultRoom extends LogprobRoom {
  readonly maxSamplingMask: number;
}

/** For whoever makes room for what is asked for, and for who has none. */
export const anyRoom: LogprobRoom = {
  maxLogprobs: Number.MAX_SAFE_INTEGER,
  maxLogprobTokenIds: Number.MAX_SAFE_INTEGER,
};
export const noRoom: LogprobRoom = { maxLogprobs: 0, maxLogprobTokenIds: 0 };

/** What these parameters need, no less than pools have by themselves. */
export function roomFor(params: SamplingParams, vocabSize: number): ResultRoom {
  const { logprobs = 0, logprobTokenIds = [], samplingMask = false } = params;
  return {
    maxLogprobs: Math.max(20, logprobs),
    maxLogprobTokenIds: Math.max(128, logprobTokenIds.length),
    maxSamplingMask: samplingMask ? vocabSize : 2048,
  };
}

/** `stages`: what `--stage` gave; absent: not known yet. @throws UsageError naming the parameter. */
export function checkParams(params: SamplingParams, vocabSize: number, room: LogprobRoom, stages?: StageFlag): void {
  const { maxLogprobs, maxLogprobTokenIds } = room;
  asUsage(() => validateParams(params, vocabSize, maxLogprobs, stages && Object.keys(stages), maxLogprobTokenIds));
}

function flagOf(parameter: Parameter): Option {
  const { name, kind, expected, description, choices } = parameter;
  const range = kind === "stages" ? stages : (choices?.join(", ") ?? expected);
  const option = new Option(`--${kebabCase(name)} ${placeholders[kind]}`, `${description} (${range})`);
  // to commander `--no-repeat-ngram-size` is the negation of `--repeat-ngram-size`, whose value nobody reads
  option.negate = false;
  return option.argParser((text) => parseValue(parameter, text));
}
