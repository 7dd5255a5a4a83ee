/** `phases` of a request, checked: what begins each, and the parameters of its rows. */
import { asRefusal, checkInteger, checkOptions, mostTokens, refusalOf, refuse } from "@tokenmill/check";
import { type Phase, type PhaseStart, type SamplingParams, validateParams, wholeRequestParams } from "@tokenmill/core";
import type { PhaseBegin } from "../control/phases.ts";
import { tagOf } from "../control/tags.ts";
import type { RequestLimits } from "./fieldChecks.ts";
import { checkTag, tagLimits } from "./tagChecks.ts";

const mostPhases = 16;
const phaseFields: readonly (keyof Phase)[] = ["from", "params"];
const starts = '"thinking", "answer", the place of an output token, { text } or { tokenIds }';

/** Undefined: there are none. @throws TypeError, RangeError; what parameters are together is checked where they are compiled */
export function phaseBegins(phases: unknown, limits: RequestLimits): readonly PhaseBegin[] | undefined {
  if (phases === undefined) return undefined;
  if (!Array.isArray(phases)) refuse("phases", `array of at most ${mostPhases} phases`, phases, true);
  if (phases.length > mostPhases) refuse("phases", `at most ${mostPhases} phases`, phases, false);
  if (phases.length === 0) return undefined;
  return phases.map((given: unknown, i) => {
    const name = `phases[${i}]`;
    const { from, params } = checkOptions(name, given as Partial<Phase>, phaseFields, "phase field");
    checkParams(`${name}.params`, params, limits);
    return beginOf(`${name}.from`, from, limits);
  });
}

function checkParams(name: string, params: unknown, { vocabSize, maxLogprobs }: RequestLimits): void {
  if (typeof params !== "object" || params === null || Array.isArray(params)) refuse(name, "an object", params, true);
  for (const key of wholeRequestParams) {
    const value = (params as SamplingParams)[key];
    if (value !== undefined) refuse(`${name}.${key}`, "nothing, as it is the whole request's", value, true);
  }
  within(name, () => validateParams(params, vocabSize, maxLogprobs));
}

function beginOf(name: string, from: PhaseStart | undefined, limits: RequestLimits): PhaseBegin {
  if (from === "thinking" || from === "answer") return from;
  if (typeof from === "number") return checkInteger(name, from, { min: 0, max: mostTokens });
  if (typeof from !== "object" || from === null || Array.isArray(from)) {
    refuse(name, starts, from, typeof from !== "string");
  }
  const { text, tokenIds } = checkOptions(name, from, ["text", "tokenIds"], "field of a phase's start") as {
    text?: unknown;
    tokenIds?: unknown;
  };
  if ((text === undefined) === (tokenIds === undefined)) refuse(name, starts, from, false);
  if (text !== undefined && typeof text !== "string") refuse(`${name}.text`, "string", text, true);
  if (tokenIds !== undefined && !Array.isArray(tokenIds)) {
    refuse(`${name}.tokenIds`, "array of token ids", tokenIds, true);
  }
  const tag = (text ?? tokenIds) as string | readonly number[];
  checkTag(text === undefined ? `${name}.tokenIds` : `${name}.text`, tag, tagLimits, limits);
  return tagOf(tag, limits.tokenizer);
}

/** Whether one begins or ends with thinking. */
export function followThinking(begins: readonly PhaseBegin[] | undefined): boolean {
  return begins?.some((begin) => begin === "thinking" || begin === "answer") ?? false;
}

/** Calls it with the parameters of each phase; a refusal names the phase. @throws what it throws */
export function eachPhase(
  params: SamplingParams,
  phases: readonly Phase[],
  call: (params: SamplingParams) => void,
): void {
  for (const [i, { params: own }] of phases.entries()) {
    const given = Object.entries(own).filter(([, value]) => value !== undefined);
    within(`phases[${i}].params`, () => call({ ...params, ...Object.fromEntries(given) }));
  }
}

/** Calls it; what it refuses is refused as a field of that name's value. */
function within(name: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const inner = (parameter: string): string => (parameter === "params" ? name : `${name}.${parameter}`);
    const refusal = refusalOf(error, inner);
    if (!refusal) throw error;
    const wording = (spelled: (name: string) => string): string => {
      const text = refusalOf(error, (own) => spelled(inner(own)))!.message;
      // of an unknown name
      return text.includes(spelled(name)) ? text : `"${spelled(name)}" expected no ${text}`;
    };
    const message = wording((own) => own);
    throw asRefusal(
      error instanceof TypeError ? new TypeError(message) : new RangeError(message),
      refusal.parameter,
      wording,
    );
  }
}
