/** What a token that is certain does to its sequence: state, stop rules, text, and the event that tells of it. */
import type { FinishReason, SampleResult, TokenEvent } from "@tokenmill/core";
import { type TextStep, stepText } from "../text/textRules.ts";
import type { TokenTexts } from "../text/tokenTexts.ts";
import type { Sequence } from "./sequence.ts";
import { namedLogprobsOf, topLogprobsOf } from "./tokenLogprobs.ts";

/** Reused between calls. */
const step: TextStep = { text: "", match: undefined, matchText: undefined };

/** Advances the sequence by one token, the next of its history. The event carries `finishReason` if this was the last token. */
export function commitToken(
  sequence: Sequence,
  result: Readonly<SampleResult>,
  texts: TokenTexts | undefined,
): TokenEvent {
  const { tokenId } = result;
  sequence.state?.set(result.state);
  const index = sequence.position++;
  const isStopToken = sequence.stopTokenIds.includes(tokenId);
  let finishReason: FinishReason | undefined;
  let stopReason: string | number | undefined;
  let stopText: string | undefined;
  if (isStopToken) {
    finishReason = "stop";
    stopReason = tokenId;
  } else if (sequence.position >= sequence.maxTokens) finishReason = "length";
  const isLoop = sequence.repetition?.push(tokenId) ?? false;
  if (isLoop && sequence.position >= sequence.minTokens) finishReason ??= "repetition";
  let text = "";
  if (texts) {
    stepText(sequence, texts, { tokenId, index, isStopToken, isLast: finishReason !== undefined }, step);
    text = step.text;
    if (step.match !== undefined) {
      finishReason = "stop";
      stopReason = step.match;
      stopText = step.matchText;
    }
  }
  const event: TokenEvent = { sequenceId: sequence.sequenceId, index, tokenId, text };
  if (sequence.hasLogprobs) addLogprobs(event, result, sequence, texts);
  if (result.maskCount !== 0) addSamplingMask(event, result);
  if (sequence.promptLogprobs !== undefined) addPromptLogprobs(event, sequence);
  if (finishReason !== undefined) {
    event.finishReason = finishReason;
    if (stopReason !== undefined) event.stopReason = stopReason;
    if (stopText !== undefined) event.stopText = stopText;
    event.usage = { promptTokens: sequence.promptLength, completionTokens: sequence.position };
  }
  return event;
}

function addLogprobs(
  event: TokenEvent,
  result: Readonly<SampleResult>,
  { plan }: Sequence,
  texts: TokenTexts | undefined,
): void {
  event.logprob = result.logprob;
  event.rank = result.rank;
  const topLogprobs = topLogprobsOf(result, texts);
  if (topLogprobs) event.topLogprobs = topLogprobs;
  const namedLogprobs = namedLogprobsOf(result, plan.params.logprobTokenIds, texts);
  if (namedLogprobs) event.namedLogprobs = namedLogprobs;
}

function addSamplingMask(event: TokenEvent, { maskCount, maskTokenIds, maskLogprob }: Readonly<SampleResult>): void {
  event.samplingMask = maskCount < 0 ? "all" : Array.from(maskTokenIds.subarray(0, maskCount));
  event.samplingLogprob = maskLogprob;
}

/** With the first event, and never again. */
function addPromptLogprobs(event: TokenEvent, sequence: Sequence): void {
  event.promptLogprobs = sequence.scoring?.entries ?? (sequence.promptLength === 0 ? [] : [null]);
  sequence.scoring?.plan.release();
  sequence.scoring = undefined;
  sequence.promptLogprobs = undefined;
}
