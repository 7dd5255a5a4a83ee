/** The sequence behind a resume record, as of the record's last token. */
import { checkSeed, type SamplingParams } from "@tokenmill/core";
import { repetitionRule } from "../control/repetition.ts";
import { phaseBehind, type SteeringRule } from "../control/steering.ts";
import { phasePlans } from "../scheduler/phasePlans.ts";
import { Sequence, type TokenObserver } from "../scheduler/sequence.ts";
import { replayOnceCompiled, replayText } from "../snapshot/replay.ts";
import { checkSnapshot, checkState, type SequenceSnapshot } from "../snapshot/sequenceSnapshot.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import { banRule } from "./banRule.ts";
import {
  canonicalId,
  checkMaxTokens,
  checkPromptLogprobs,
  fittingTokens,
  grammarEos,
  type RequestLimits,
} from "./fieldChecks.ts";
import type { SequencePlans } from "./plans.ts";
import { steeringRule } from "./steeringRule.ts";
import { stopRegexes, stopsOf, stopStrings } from "./stops.ts";

export interface PreparedRecord {
  readonly params: SamplingParams;
  readonly steering: SteeringRule | undefined;
  readonly sequenceId: number | bigint | undefined;
  /** @throws SnapshotError if the record's state or text is not what its tokens give */
  sequence(plans: SequencePlans, sequenceId: number | bigint, observer: TokenObserver): Sequence;
}

/** @throws SnapshotError for a damaged or foreign record, TypeError and RangeError for what it asks for */
export function prepareRecord(
  record: SequenceSnapshot,
  limits: RequestLimits,
  texts: TokenTexts | undefined,
): PreparedRecord {
  checkSnapshot(record, limits.vocabSize);
  const { params, profile, promptTokenIds, outputTokenIds, maxTokens, ignoreEos, epoch, grammar, state, takenBack } =
    record;
  const { seed, ...unseeded } = params;
  checkMaxTokens(fittingTokens(promptTokenIds.length, maxTokens, limits), unseeded.minTokens);
  checkSeed("seed", BigInt(seed));
  const promptLogprobs = checkPromptLogprobs(record.promptLogprobs, limits);
  const repetition = repetitionRule(record.repetitionDetection);
  const steered = { maxTokens, hasForm: grammar !== undefined, bannedTokenIds: unseeded.bannedTokenIds };
  const steering = record.steering && steeringRule(record.steering, steered, limits);
  const bans = record.bans && banRule(record.bans, limits);
  const stop = stopStrings(record.stop, limits);
  const stopRegex = stopRegexes(record.stopRegex, limits);
  if (grammar) grammarEos(grammar, limits, ignoreEos);
  const ids = steering?.phases ? [...promptTokenIds, ...outputTokenIds] : [];
  const phase = phaseBehind(steering, { ...steered, promptLength: promptTokenIds.length }, limits.tokenizer, ids);
  const randomStreamId = idOf(record.randomStreamId, "randomStreamId");
  return {
    params: { ...unseeded, profile },
    steering,
    sequenceId: idOf(record.sequenceId, "sequenceId"),
    sequence({ plan, phasePlans: plans }, sequenceId, observer) {
      checkState(state, (phase === undefined ? plan : plans[phase]!).initialState);
      const sequence = new Sequence({
        sequenceId,
        randomStreamId,
        seed: BigInt(seed),
        plan,
        phases: phasePlans(plans, phase),
        promptTokenIds,
        outputTokenIds,
        maxTokens,
        stops: stopsOf(stop, stopRegex),
        ignoreEos,
        repetition,
        steering,
        bans,
        carriedBans: takenBack,
        epoch: epoch + 1,
        grammar,
        promptLogprobs,
        observer,
        state,
      });
      if (stopRegex.length === 0) replayText(sequence, record, texts);
      else replayOnceCompiled(sequence, record, texts);
      return sequence;
    },
  };
}

/** @param decimal digits */
function idOf(decimal: string | undefined, name: string): number | bigint | undefined {
  return canonicalId(decimal === undefined ? undefined : BigInt(decimal), name);
}
