/**
 * The resume record: everything a sequence's next token depends on besides the source's rows. Plain data that
 * survives `JSON.stringify`; 64-bit numbers are decimal strings.
 */
import {
  type GrammarForm,
  grammarForms,
  type GrammarSpec,
  type ProfileName,
  type RepetitionDetection,
  type SamplingParams,
} from "@tokenmill/core";
import { refuse } from "@tokenmill/check";
import { SnapshotError } from "../errors.ts";
import type { BanRule } from "../control/bans.ts";
import type { CarriedBans } from "../control/heldTokens.ts";
import type { SteeringFields } from "../control/steering.ts";
import type { Sequence } from "../scheduler/sequence.ts";
import { engineVersion, snapshotVersion } from "../version.ts";
import { historyDigest } from "./digest.ts";
import { jsonBias } from "./jsonParams.ts";

/** Sampling parameters in JSON: the seed a decimal string, bans by bias −100 instead of −Infinity. */
export interface SnapshotParams extends Omit<SamplingParams, "seed" | "profile" | "logitBias"> {
  seed: string;
  logitBias?: Record<string, number>;
}

/** What a record holds that follows neither from the request nor from the output ids alone, or proves that they belong together. */
export interface CarriedState {
  /** What stateful stages (mirostat, adaptive-p) of the next token's phase remember; absent if there are none. */
  state?: number[];
  text: {
    /** A character half read (bit layout in `text/utf8.ts`), 0 for none. */
    utf8State: number;
    /** Text held back because a stop string or a match of `stopRegex` may begin with it. */
    heldText: string;
  };
  /** What was taken back where the next tokens stand, and is banned there; absent: nothing. */
  takenBack?: CarriedBans;
}

export interface SequenceSnapshot extends CarriedState {
  /** Version of this record; another one is refused. */
  version: number;
  /** Version of the engine that wrote it, for people. */
  engineVersion: string;
  profile: ProfileName;
  /** Defaults of the profile filled in; `stopTokenIds` includes end of text unless it is ignored. */
  params: SnapshotParams;
  vocabSize: number;
  sequenceId: string;
  /** Whose random stream it draws from, if not its own. */
  randomStreamId?: string;
  /** How often the sequence has been resumed so far. */
  epoch: number;
  maxTokens: number;
  stop: string[];
  /** Absent: none. */
  stopRegex?: string[];
  ignoreEos: boolean;
  /** Which loops end it; absent: none. */
  repetitionDetection?: RepetitionDetection;
  /** What is forced, how long it thinks, and which phases it has; absent: nothing, any length, none. */
  steering?: SteeringFields;
  /** Which texts are not to be in it; absent: none. */
  bans?: BanRule;
  /** What the output follows, if anything: an object with one of `grammarForms`. */
  grammar?: GrammarSpec;
  /** The prompt is to be scored, which its first event would have told of. */
  promptLogprobs?: number;
  promptTokenIds: number[];
  outputTokenIds: number[];
  /** Output tokens so far: the index of the next event. */
  position: number;
  /** Of prompt length, prompt and output ids. */
  historyDigest: string;
}

/** The record of an open sequence as of its last event. */
export function takeSnapshot(sequence: Sequence, vocabSize: number): SequenceSnapshot {
  const { profile = "tokenmill", seed: _seed, logitBias, ...params } = sequence.plan.params;
  // what may be taken back has not left
  const tokenIds = Array.from(sequence.tokenIds()).slice(0, sequence.promptLength + sequence.position);
  const bias = logitBias && { logitBias: jsonBias(logitBias) };
  return {
    version: snapshotVersion,
    engineVersion,
    profile,
    // A copy: the lists in it belong to the plan.
    params: structuredClone({ ...params, ...bias, seed: String(sequence.seed) }),
    vocabSize,
    sequenceId: String(sequence.sequenceId),
    ...(sequence.randomStreamBits !== sequence.sequenceIdBits && { randomStreamId: String(sequence.randomStreamBits) }),
    epoch: sequence.epoch,
    maxTokens: sequence.maxTokens,
    stop: [...(sequence.stops?.strings ?? [])],
    ...(sequence.stops?.regexes.length && { stopRegex: [...sequence.stops.regexes] }),
    ignoreEos: sequence.ignoreEos,
    ...(sequence.repetition && { repetitionDetection: { ...sequence.repetition.rule } }),
    ...(sequence.steering && { steering: structuredClone(sequence.steering.fields) }),
    ...(sequence.bans && { bans: structuredClone(sequence.bans) }),
    ...(sequence.grammar && { grammar: structuredClone(sequence.grammar) }),
    ...(sequence.promptLogprobs !== undefined && { promptLogprobs: sequence.promptLogprobs }),
    promptTokenIds: tokenIds.slice(0, sequence.promptLength),
    outputTokenIds: tokenIds.slice(sequence.promptLength),
    position: sequence.position,
    ...carriedState(sequence),
    historyDigest: historyDigest(sequence.promptLength, tokenIds),
  };
}

export function carriedState(sequence: Sequence): CarriedState {
  const { state, utf8State, heldText, control, carriedBans } = sequence;
  const takenBack = control ? control.carried() : carriedBans;
  return {
    ...(state && sequence.nextPlan.initialState && { state: Array.from(state) }),
    text: { utf8State, heldText },
    ...(takenBack && { takenBack }),
  };
}

/**
 * The record of a sequence before its first token, brought to where its output has these ids and this state.
 * @throws SnapshotError unless the record is one before the first token
 */
export function advanceRecord(
  record: SequenceSnapshot,
  outputTokenIds: readonly number[],
  carried: CarriedState,
): SequenceSnapshot {
  for (const [name, value] of Object.entries({ record, carried })) {
    if (typeof value !== "object" || value === null) refuse(name, "an object", value, true);
  }
  if (!Array.isArray(outputTokenIds)) refuse("outputTokenIds", "an array of token ids", outputTokenIds, true);
  if (record.position !== 0) malformed("position", "0, the record of a request");
  const { promptLogprobs, state: _state, takenBack: _takenBack, ...rest } = record;
  const isScored = promptLogprobs !== undefined && outputTokenIds.length === 0;
  return {
    ...rest,
    ...(isScored && { promptLogprobs }),
    outputTokenIds: [...outputTokenIds],
    position: outputTokenIds.length,
    ...carried,
    historyDigest: historyDigest(record.promptTokenIds.length, [...record.promptTokenIds, ...outputTokenIds]),
  };
}

/** Refuses what is not a whole, undamaged record of this version. @throws SnapshotError */
export function checkSnapshot(record: SequenceSnapshot, vocabSize: number): void {
  if (typeof record !== "object" || record === null) malformed("record", "an object");
  if (record.version !== snapshotVersion) {
    const { version, engineVersion: writer } = record;
    throw new SnapshotError(
      "foreign_version",
      `"version" expected ${snapshotVersion}, got ${String(version)} (written by engine ${String(writer)})`,
    );
  }
  if (record.vocabSize !== vocabSize) {
    const message = `"vocabSize" expected the source's ${vocabSize}, got ${String(record.vocabSize)}`;
    throw new SnapshotError("foreign_vocabulary", message);
  }
  const { promptTokenIds, outputTokenIds, position, text } = record;
  if (!areTokenIds(promptTokenIds, vocabSize)) malformed("promptTokenIds", "an array of token ids");
  if (!areTokenIds(outputTokenIds, vocabSize)) malformed("outputTokenIds", "an array of token ids");
  const digest = historyDigest(promptTokenIds.length, [...promptTokenIds, ...outputTokenIds]);
  if (record.historyDigest !== digest) {
    const message = `"historyDigest" expected ${digest} for these token ids, got ${String(record.historyDigest)}`;
    throw new SnapshotError("digest_mismatch", message);
  }
  if (position !== outputTokenIds.length) malformed("position", `${outputTokenIds.length}, one per output id`);
  if (!(record.maxTokens > position)) malformed("maxTokens", `more than position (${position})`);
  if (record.promptLogprobs !== undefined && position > 0) malformed("promptLogprobs", "nothing after the first token");
  if (!isDecimal(record.sequenceId)) malformed("sequenceId", "a decimal string");
  if (record.randomStreamId !== undefined && !isDecimal(record.randomStreamId)) {
    malformed("randomStreamId", "a decimal string");
  }
  if (typeof record.params !== "object" || record.params === null) malformed("params", "an object");
  if (!isDecimal(record.params.seed)) malformed("params.seed", "a decimal string");
  if (typeof record.ignoreEos !== "boolean") malformed("ignoreEos", "boolean");
  if (record.grammar !== undefined && !isGrammar(record.grammar))
    malformed("grammar", `one of ${grammarForms.join(", ")}`);
  if (!Number.isSafeInteger(record.epoch) || record.epoch < 0) malformed("epoch", "integer ≥ 0");
  if (record.takenBack !== undefined && !(record.bans && areCarriedBans(record.takenBack, vocabSize))) {
    malformed("takenBack", "rewinds, redraws and bans by place, beside texts that are banned");
  }
  if (!Number.isInteger(text?.utf8State) || typeof text.heldText !== "string")
    malformed("text", "utf8State and heldText");
}

/** Refuses a state that is not one of the plan's. @throws SnapshotError */
export function checkState(state: unknown, initialState: readonly number[] | undefined): void {
  if (!initialState) {
    if (state !== undefined) malformed("state", "nothing, for no stage of these params remembers anything");
  } else if (!Array.isArray(state) || state.length !== initialState.length || !state.every(Number.isFinite)) {
    malformed("state", `${initialState.length} finite numbers`);
  }
}

function areTokenIds(ids: unknown, vocabSize: number): ids is number[] {
  return Array.isArray(ids) && ids.every((id) => Number.isInteger(id) && id >= 0 && id < vocabSize);
}

function areCarriedBans({ rewinds, redraws, passing, bans }: CarriedBans, vocabSize: number): boolean {
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  return (
    isCount(rewinds) &&
    (passing === undefined || (["string", "undefined"].includes(typeof passing.text) && isCount(passing.left))) &&
    Array.isArray(redraws) &&
    redraws.every(isCount) &&
    Array.isArray(bans) &&
    bans.every((ban) => Array.isArray(ban) && ban.length === 2 && isCount(ban[0]) && areTokenIds(ban[1], vocabSize))
  );
}

function isGrammar(value: unknown): boolean {
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return names.length === 1 && grammarForms.includes(names[0] as GrammarForm);
}

function isDecimal(value: unknown): boolean {
  return typeof value === "string" && /^\d{1,20}$/.test(value);
}

function malformed(field: string, expected: string): never {
  throw new SnapshotError("malformed", `"${field}" expected ${expected}`);
}
