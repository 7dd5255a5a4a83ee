/** Beam search on an engine: each prefix is a sequence of one token, whose most probable tokens are what follows. */
import {
  type GenerateRequest,
  grammarForms,
  type SamplingParams,
  samplers,
  type Tokenizer,
  type TokenLogprob,
} from "@tokenmill/core";
import { isSamplerName } from "@tokenmill/core/internal";
import { refuse } from "@tokenmill/check";
import type { Plan } from "@tokenmill/worker-pool";
import type { PreparedRequest } from "../open/prepareRequest.ts";
import { Sequence } from "../scheduler/sequence.ts";
import type { SequenceHandle } from "../handle.ts";
import { type BeamSearchOptions, checkBeamSearch, type Hypothesis, searchBeams } from "./beamSearch.ts";
import { childSequenceId } from "./childRequests.ts";
import type { Completion } from "./completion.ts";

/** What a beam search needs of its engine. */
export interface BeamSearchHost {
  readonly vocabSize: number;
  readonly tokenizer: Tokenizer | undefined;
  readonly maxLogprobs: number;
  /** Seed of requests without one. */
  readonly seed: number | bigint;
  prepare(request: GenerateRequest): PreparedRequest;
  compile(params: SamplingParams): Plan;
  claimId(wanted: number | bigint | undefined): number | bigint;
  start(params: SamplingParams, make: (plan: Plan) => Sequence): SequenceHandle;
}

/** What would have no effect, and stands in other kinds of requests. */
const refused = [
  "stop",
  "stopRegex",
  "repetitionDetection",
  "bannedStrings",
  "bannedRegex",
  "bannedRegexIgnoreCase",
  "thinkingTokenBudget",
  "thinking",
  "forcedTokenIds",
  "forcedEosTokenId",
  "phases",
  "logprobs",
  "logprobTokenIds",
  "samplingMask",
  "promptLogprobs",
  ...grammarForms,
] as const;

/**
 * The outputs, best first. Nothing is left open when it settles.
 * @throws TypeError, RangeError, SequenceError; the signal's reason, once it is aborted
 */
export async function runBeamSearch(
  host: BeamSearchHost,
  request: GenerateRequest,
  options: BeamSearchOptions,
  signal: AbortSignal,
): Promise<Completion[]> {
  checkBeamSearch(options);
  for (const name of refused) {
    if (request[name] !== undefined) refuse(name, "nothing in beam search", request[name], true);
  }
  const { params, promptTokenIds, maxTokens, sequenceId, randomStreamId, seed } = host.prepare(request);
  const stopTokenIds = params.stopTokenIds ?? [];
  const logprobs = Math.min(options.beamWidth + stopTokenIds.length, host.vocabSize);
  if (logprobs > host.maxLogprobs) {
    const most = `at most ${host.maxLogprobs - stopTokenIds.length} with ${stopTokenIds.length} stop ids`;
    refuse("beamWidth", `${most}: raise maxLogprobs`, options.beamWidth, false);
  }
  const scored = { ...params, logprobs, logprobsMode: "processed" as const };
  const shared = host.compile(scored);
  if (shared.initialState) {
    shared.release();
    throw new TypeError("beam search expected stages without a state from token to token, such as mirostat has");
  }
  for (const name of ["seed", "sequenceId", "randomStreamId"] as const) {
    if (request[name] === undefined || tossesCoin(shared)) continue;
    shared.release();
    refuse(name, "nothing in beam search without a stage that tosses a coin, such as xtc", request[name], true);
  }
  const parentId = host.claimId(sequenceId);
  const parentStream = randomStreamId ?? parentId;
  let opened = 0;
  const open = new Set<SequenceHandle>();
  const expand = (outputTokenIds: readonly number[]): Promise<readonly TokenLogprob[]> =>
    new Promise((resolve, reject) => {
      const handle = host.start(
        scored,
        (plan) =>
          new Sequence({
            sequenceId: childSequenceId(parentId, ++opened),
            randomStreamId: childSequenceId(parentStream, opened),
            seed: BigInt(seed ?? host.seed),
            plan,
            promptTokenIds,
            outputTokenIds,
            maxTokens: outputTokenIds.length + 1,
            stops: undefined,
            ignoreEos: true,
            epoch: 0,
            observer: {
              next: ({ topLogprobs = [] }) => resolve(topLogprobs),
              error: reject,
              complete: () => open.delete(handle),
            },
          }),
      );
      open.add(handle);
    });
  try {
    const search = searchBeams(expand, options, { maxTokens, stopTokenIds }, signal);
    const found = await Promise.race([search, abortion(signal)]);
    return found.map((hypothesis) => completionOf(hypothesis, host.tokenizer));
  } finally {
    for (const handle of open) handle.cancel();
    shared.release();
  }
}

/** Rejects when the signal is aborted: sequences that are cancelled say nothing any more. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

function tossesCoin({ stageNames }: Plan): boolean {
  return stageNames.some((name) => isSamplerName(name) && samplers[name].coin !== undefined);
}

function completionOf({ tokenIds, score, hasStopped }: Hypothesis, tokenizer: Tokenizer | undefined): Completion {
  const textIds = hasStopped ? tokenIds.slice(0, -1) : tokenIds;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const pieces = tokenizer ? textIds.map((id) => decoder.decode(tokenizer.tokenBytes(id), { stream: true })) : [];
  const text = pieces.join("") + decoder.decode();
  const ending = hasStopped
    ? { finishReason: "stop" as const, stopReason: tokenIds.at(-1)! }
    : { finishReason: "length" as const };
  return { tokenIds: [...tokenIds], text, ...ending, score };
}
