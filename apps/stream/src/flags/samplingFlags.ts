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
  checkParams(params, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return params;
}

/** `stages`: what `--stage` gave; absent: not known yet. @throws UsageError naming the parameter. */
export function checkParams(params: SamplingParams, vocabSize: number, maxLogprobs: number, stages?: StageFlag): void {
  asUsage(() => validateParams(params, vocabSize, maxLogprobs, stages && Object.keys(stages)));
}

function flagOf(parameter: Parameter): Option {
  const { name, kind, expected, description, choices } = parameter;
  const range = kind === "stages" ? stages : (choices?.join(", ") ?? expected);
  const option = new Option(`--${kebabCase(name)} ${placeholders[kind]}`, `${description} (${range})`);
  // to commander `--no-repeat-ngram-size` is the negation of `--repeat-ngram-size`, whose value nobody reads
  option.negate = false;
  return option.argParser((text) => parseValue(parameter, text));
}
