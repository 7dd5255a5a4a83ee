/**
 * Every sampling parameter with its range: validation, command-line flags and `FEATURES.md` are made from this table.
 */
import { type CustomStageName, stages } from "../stages/stages.ts";
import { biasEntries, type LogitBias } from "./biasEntries.ts";
import { checkInteger, checkOptions, refuse, refuseUnknown } from "@tokenmill/check";
import { isSeed, seedWords } from "../random/seed.ts";
import { foreignHint } from "./foreignNames.ts";
import { type ProfileName, profiles } from "./profiles.ts";
import { integerRange, isInRange, type NumberRange, numberRange, type RangeEnds, rangeText } from "./range.ts";
import type { SamplingParams } from "./samplingParams.ts";

/** How a parameter is written on a command line. */
export type ParameterKind =
  | "number"
  | "integer"
  | "seed"
  | "choice"
  | "tokenIds"
  | "bias"
  | "stages"
  | "boolean"
  | "tokenSequences"
  | "integers";

export interface Parameter {
  readonly name: keyof SamplingParams;
  readonly kind: ParameterKind;
  /** The range in words, as error messages give it. */
  readonly expected: string;
  /** One line for `--help` and the docs. */
  readonly description: string;
  readonly choices?: readonly string[];
  /** Of a number, or of each number of a list or map: what `expected` and `accepts` are made from. */
  readonly range?: NumberRange;
  /** Fewest elements of a list; absent: 0. */
  readonly leastItems?: number;
  /** Most elements of a list. */
  readonly mostItems?: number;
  /** Whether a value of the right type is in range; `vocabSize` for ids. */
  readonly accepts: (value: never, vocabSize: number) => boolean;
}

/** Key of a watermark: 53 bits, kept in resume records as a plain number. */
const keyRange = integerRange(0, Number.MAX_SAFE_INTEGER);
/** SynthID's keys, one a layer. */
const mostKeys = 128;
const biasRange = numberRange(-100, 100);

const isId = (id: unknown, vocabSize: number): boolean =>
  Number.isInteger(id) && Number(id) >= 0 && Number(id) < vocabSize;
const isBias = (bias: unknown): boolean =>
  typeof bias === "number" && (bias === -Infinity || isInRange(biasRange, bias));
const areIds = (ids: readonly unknown[], vocabSize: number): boolean => ids.every((id) => isId(id, vocabSize));

function ranged(name: keyof SamplingParams, range: NumberRange, description: string): Parameter {
  const accepts = (x: number): boolean => isInRange(range, x);
  return { name, kind: range.type, range, expected: rangeText(range), accepts, description };
}

function number(
  name: keyof SamplingParams,
  ends: RangeEnds,
  least: number,
  most: number,
  description: string,
): Parameter {
  return ranged(name, numberRange(least, most, ends), description);
}

function integer(name: keyof SamplingParams, least: number, description: string, most = 2 ** 31 - 1): Parameter {
  return ranged(name, integerRange(least, most), description);
}

function watermarkKey(name: keyof SamplingParams, description: string): Parameter {
  return {
    name,
    kind: "seed",
    range: keyRange,
    expected: "safe integer ≥ 0",
    accepts: (x) => isSafeKey(x),
    description,
  };
}

function isSafeKey(x: unknown): boolean {
  return typeof x === "number" && isInRange(keyRange, x);
}

function boolean(name: keyof SamplingParams, description: string): Parameter {
  return { name, kind: "boolean", expected: "boolean", accepts: (x: boolean) => typeof x === "boolean", description };
}

function choice(name: keyof SamplingParams, choices: readonly string[], description: string): Parameter {
  const expected = `one of ${choices.map((c) => `"${c}"`).join(", ")}`;
  return { name, kind: "choice", expected, choices, accepts: (x: string) => choices.includes(x), description };
}

function tokenIds(name: keyof SamplingParams, isEmptyAllowed: boolean, description: string): Parameter {
  const leastItems = isEmptyAllowed ? 0 : 1;
  return {
    name,
    kind: "tokenIds",
    expected: `${isEmptyAllowed ? "array" : "non-empty array"} of token ids inside the vocabulary`,
    leastItems,
    accepts: (ids: readonly unknown[], vocabSize) => areIds(ids, vocabSize) && ids.length >= leastItems,
    description,
  };
}

/** The ids of a token sequence, which may be written as one id. */
const idsOf = (sequence: unknown): readonly unknown[] => (Array.isArray(sequence) ? sequence : [sequence]);
const isSequence = (sequence: unknown, vocabSize: number): boolean =>
  idsOf(sequence).length > 0 && areIds(idsOf(sequence), vocabSize);

function tokenSequences(name: keyof SamplingParams, description: string): Parameter {
  return {
    name,
    kind: "tokenSequences",
    expected: "array of token ids inside the vocabulary or non-empty arrays of them",
    accepts: (sequences: readonly unknown[], vocabSize) => sequences.every((s) => isSequence(s, vocabSize)),
    description,
  };
}

export const parameters: readonly Parameter[] = [
  choice("profile", Object.keys(profiles), "order of the stages and their boundary rules"),
  {
    name: "chain",
    kind: "stages",
    expected: "array of stage names, each once",
    accepts: (names: readonly unknown[]) => new Set(names).size === names.length,
    description: "the stages in this order instead of the profile's; those not listed are off",
  },
  number("temperature", "[)", 0, Infinity, "divides the logits; 0 is greedy"),
  integer("topK", 0, "keep the k largest logits; 0 is off"),
  number("topP", "(]", 0, 1, "keep the smallest set with that probability mass; 1 is off"),
  number("minP", "[]", 0, 1, "keep tokens with at least that share of the largest probability; 0 is off"),
  boolean("pLess", "keep tokens at least as probable as two draws are to be equal"),
  number("dynatempRange", "[)", 0, Infinity, "temperature moves that far up and down with the entropy; 0 is off"),
  number("dynatempExponent", "()", 0, Infinity, "how the entropy turns into temperature"),
  number("smoothingFactor", "[)", 0, Infinity, "bends the logits by a quadratic around the largest; 0 is off"),
  number("smoothingCurve", "[]", 1, 3, "how much of the bend is cubic; 1 none"),
  number("topH", "(]", 0, 1, "keep the largest tokens with at most that share of the entropy; 1 is off"),
  number("topNSigma", "[)", 0, Infinity, "keep logits within n standard deviations of the largest; 0 is off"),
  boolean("minK", "keep the logits before the steepest drop for its rank"),
  number(
    "minKTau",
    "[)",
    0,
    Infinity,
    "min-k keeps at least that number, divided by the range of the logits, of tokens",
  ),
  number("typicalP", "(]", 0, 1, "keep the most typical tokens until their mass reaches it; 1 is off"),
  number("epsilonCutoff", "[)", 0, 1, "keep tokens with at least that probability; 0 is off"),
  number("etaCutoff", "[)", 0, 1, "keep tokens above an entropy-dependent probability; 0 is off"),
  number("topA", "[]", 0, 1, "keep tokens above topA times the square of the largest probability; 0 is off"),
  number("tailFree", "(]", 0, 1, "cut the tail where the curvature is used up; 1 is off"),
  number("xtcProbability", "[]", 0, 1, "how often XTC acts; 0 is off"),
  number(
    "xtcThreshold",
    "(]",
    0,
    1,
    "XTC drops all but the least likely of the tokens at or above it; above 0.5 it never acts",
  ),
  integer("mirostat", 0, "version of mirostat, which holds the mean surprise; 0 is off", 2),
  number("mirostatTau", "[]", 0, 100, "the surprise that mirostat aims at, in bits"),
  number("mirostatEta", "[]", 0, 1, "how much of its error mirostat corrects per token"),
  ranged(
    "adaptiveTarget",
    numberRange(0, 1, "[]", -1),
    "adaptive-p prefers tokens of about that probability; -1 is off",
  ),
  number("adaptiveDecay", "[]", 0, 0.99, "how slowly adaptive-p forgets"),
  number("repetitionPenalty", "()", 0, Infinity, "weakens tokens seen before; 1 is off"),
  number("frequencyPenalty", "[]", -2, 2, "subtracted per earlier occurrence; 0 is off"),
  number("presencePenalty", "[]", -2, 2, "subtracted if the token occurred; 0 is off"),
  integer("penaltyLastN", -1, "how many of the last tokens the penalties see; -1 all, 0 none"),
  number("dryMultiplier", "[)", 0, Infinity, "weakens tokens that would go on with a repetition; 0 is off"),
  number("dryBase", "[]", 1, 1000, "how the DRY penalty grows with each repeated token"),
  integer("dryAllowedLength", 0, "repetitions shorter than that are free"),
  integer("dryPenaltyLastN", -1, "how many of the last tokens DRY sees; -1 all, 0 none"),
  tokenSequences("drySequenceBreakers", "a repetition does not reach across these token sequences"),
  integer("noRepeatNgramSize", 0, "no n-gram of that size occurs twice; 0 is off"),
  choice("penaltyScope", ["prompt+output", "output"], "whether penalties see the prompt"),
  {
    name: "logitBias",
    kind: "bias",
    range: biasRange,
    expected: "map of token ids inside the vocabulary to biases in [-100, 100] or -Infinity",
    accepts: (entries: readonly (readonly [number, number])[], vocabSize) =>
      entries.every(([id, bias]) => isId(id, vocabSize) && isBias(bias)),
    description: "added to the logits of tokens; -100 bans",
  },
  tokenIds("allowedTokenIds", false, "only these tokens can be drawn"),
  tokenIds("bannedTokenIds", true, "these tokens cannot be drawn"),
  tokenSequences("badWords", "these token sequences are never completed"),
  integer("minTokens", 0, "no end of text and no stop id before that many tokens"),
  tokenIds("stopTokenIds", true, "tokens that end the sequence"),
  number("kgwDelta", "[]", 0, 100, "KGW watermark: added to green tokens; 0 is off"),
  number("kgwGamma", "()", 0, 1, "KGW watermark: probability of a token to be green"),
  integer("kgwContext", 1, "KGW watermark: how many of the last tokens decide what is green", 16),
  watermarkKey("kgwKey", "KGW watermark: its secret"),
  integer("synthIdDepth", 0, "SynthID watermark: number of tournament layers; 0 is off", 128),
  integer("synthIdContext", 1, "SynthID watermark: how many of the last tokens decide the layers", 16),
  watermarkKey("synthIdKey", "SynthID watermark: its secret"),
  {
    name: "synthIdKeys",
    kind: "integers",
    range: keyRange,
    mostItems: mostKeys,
    expected: `array of at most ${mostKeys} safe integers ≥ 0`,
    accepts: (keys: readonly unknown[]) => keys.length <= mostKeys && keys.every(isSafeKey),
    description: "SynthID watermark as transformers makes it: its keys, a layer each; empty is off",
  },
  {
    name: "seed",
    kind: "seed",
    expected: seedWords,
    accepts: (x: unknown) => isSeed(x),
    description: "key of the random numbers; -1 is a random one, other negative ones are their two's complement",
  },
  integer("logprobs", 0, "return the chosen token's log-probability and those of the N best"),
  choice("logprobsMode", ["raw", "processed"], "log-probabilities of the row as it came, or of what the draw saw"),
];

/** `custom:` and a name. */
export const isCustomName = (name: string): name is CustomStageName => /^custom:./.test(name);

const stageNames: readonly string[] = Object.keys(stages);
const parameterNames: readonly string[] = parameters.map((parameter) => parameter.name);

/** Whether the value is an array of strings. */
export function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function hasKind(value: unknown, kind: ParameterKind): boolean {
  switch (kind) {
    case "number":
    case "integer":
      return typeof value === "number";
    case "seed":
      return typeof value === "number" || typeof value === "bigint";
    case "choice":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "tokenIds":
    case "tokenSequences":
    case "integers":
      return Array.isArray(value);
    case "stages":
      return isStringList(value);
    case "bias":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return kind satisfies never;
  }
}

/**
 * Checks every parameter's name and range. `customStages`: the names that a chain may have with `custom:` before them;
 * absent: any.
 * @throws TypeError for an unknown name or a wrong type, RangeError for a value out of range; the message names both.
 */
export function validateParams(
  params: SamplingParams,
  vocabSize: number,
  maxLogprobs: number,
  customStages?: readonly string[],
): void {
  checkOptions("params", params, parameterNames, "parameter", foreignHint);
  checkInteger("vocabSize", vocabSize, { min: 1, max: Number.MAX_SAFE_INTEGER });
  checkInteger("maxLogprobs", maxLogprobs, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (customStages !== undefined && !isStringList(customStages)) {
    refuse("customStages", "array of names", customStages, true);
  }
  for (const { name, kind, expected, accepts } of parameters) {
    const value: unknown = params[name];
    if (value === undefined) continue;
    if (!hasKind(value, kind)) refuse(name, expected, value, true);
    if (kind === "stages") {
      const names = value as string[];
      const known = customStages?.map((stage) => `custom:${stage}`) ?? names;
      const label = `"${name}" stage`;
      refuseUnknown(
        names.filter((stage) => !isCustomName(stage)),
        stageNames,
        label,
      );
      refuseUnknown(names.filter(isCustomName), known, label);
    }
    if (kind === "bias") {
      const entries = biasEntries(value as LogitBias);
      if (!accepts(entries as never, vocabSize)) refuseBias(entries, value as LogitBias, vocabSize);
    } else if (!accepts(value as never, vocabSize)) {
      const [culprit, label] = offender(value, kind, vocabSize);
      refuse(label ? `${name}[${label}]` : name, expected, culprit, false);
    }
  }
  const { logprobs, synthIdKeys, synthIdDepth } = params;
  if (synthIdKeys?.length && synthIdDepth) {
    const expected = '0 or nothing beside "synthIdKeys", which number the layers';
    refuse("synthIdDepth", expected, synthIdDepth, false, ["synthIdKeys"]);
  }
  if (logprobs !== undefined && logprobs > maxLogprobs) {
    refuse("logprobs", `integer in [0, ${maxLogprobs}] (maxLogprobs)`, logprobs, false);
  }
}

/** Names the first bad id as it was given, or the first bad bias. */
function refuseBias(entries: readonly (readonly [number, number])[], given: LogitBias, vocabSize: number): void {
  const index = entries.findIndex(([id, bias]) => !isId(id, vocabSize) || !isBias(bias));
  const [id, bias] = entries[index]!;
  if (isId(id, vocabSize)) refuse(`logitBias[${id}]`, `${rangeText(biasRange)} or -Infinity`, bias, false);
  const keys: unknown[] = given instanceof Map ? [...given.keys()] : Object.keys(given);
  refuse("logitBias", `keys that are token ids in [0, ${vocabSize - 1}]`, keys[index], false);
}

/** The first bad id of a list, for the message. */
function offender(value: unknown, kind: ParameterKind, vocabSize: number): [unknown, string?] {
  if (kind === "tokenIds" && Array.isArray(value)) {
    const index = value.findIndex((id) => !isId(id, vocabSize));
    return index < 0 ? [value] : [value[index], String(index)];
  }
  if (kind === "tokenSequences" && Array.isArray(value)) {
    const index = value.findIndex((sequence) => !isSequence(sequence, vocabSize));
    return [value[index], String(index)];
  }
  if (kind === "stages" && Array.isArray(value)) {
    const index = value.findIndex((stage, i) => value.indexOf(stage) < i);
    return [value[index], String(index)];
  }
  return [value];
}

/** The parameters with the profile's defaults filled in. */
export function withDefaults(params: SamplingParams): SamplingParams {
  const profile: ProfileName = params.profile ?? "tokenmill";
  return { ...profiles[profile].defaults, ...dropUndefined(params), profile };
}

function dropUndefined(params: SamplingParams): SamplingParams {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}
