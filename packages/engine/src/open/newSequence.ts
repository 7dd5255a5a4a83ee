/** The sequence behind a request, before its first token. */
import type { Plan } from "@tokenmill/worker-pool";
import { phasePlans } from "../scheduler/phasePlans.ts";
import { Sequence, type TokenObserver } from "../scheduler/sequence.ts";
import { stopsOf } from "./stops.ts";
import type { PreparedRequest } from "./prepareRequest.ts";

export interface NewSequence {
  readonly plan: Plan;
  /** Of the request's phases. */
  readonly phasePlans: readonly Plan[];
  readonly sequenceId: number | bigint;
  /** Of requests without one. */
  readonly seed: number | bigint;
  /** Undefined: it is not to be opened. */
  readonly observer: TokenObserver | undefined;
}

export function newSequence(prepared: PreparedRequest, opened: NewSequence): Sequence {
  const { plan, sequenceId, seed, observer } = opened;
  const { randomStreamId, promptTokenIds, maxTokens, stop, stopRegex, ignoreEos, repetition } = prepared;
  const { steering, bans, grammar, promptLogprobs } = prepared;
  return new Sequence({
    sequenceId,
    randomStreamId,
    seed: BigInt(prepared.seed ?? seed),
    plan,
    phases: phasePlans(opened.phasePlans, prepared.firstPhase),
    promptTokenIds,
    outputTokenIds: [],
    maxTokens,
    stops: stopsOf(stop, stopRegex),
    ignoreEos,
    repetition,
    steering,
    bans,
    epoch: 0,
    grammar,
    promptLogprobs,
    observer,
  });
}
