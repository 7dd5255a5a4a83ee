/**
 * What the next row is to give, as far as it follows from prompt and output alone: a token that is forced, whether the output
 * follows its form yet, and which phase it is in. States are small and never change: one is kept for each token that may be taken back.
 */
import type { GenerateRequest, Tokenizer } from "@tokenmill/core";
import { type PhaseBegin, Phases } from "./phases.ts";
import { Thinking, type ThinkingRule, type ThinkingState } from "./thinking.ts";

/** Fields of a request that say it, as they were given. */
export type SteeringFields = Pick<
  GenerateRequest,
  "thinkingTokenBudget" | "thinking" | "forcedTokenIds" | "forcedEosTokenId" | "phases"
>;

export interface SteeringRule {
  /** For resume records. */
  readonly fields: SteeringFields;
  readonly thinking?: ThinkingRule | undefined;
  /** The first tokens of the output. */
  readonly forcedTokenIds: readonly number[];
  /** The token at the last place that `maxTokens` allows. */
  readonly forcedEosTokenId: number | undefined;
  /** What begins each phase; absent: there are none. */
  readonly phases?: readonly PhaseBegin[] | undefined;
}

export interface SteeringState {
  readonly thinking: ThinkingState;
  /** What comes whatever the rows say, and how much of it has come. */
  readonly forced: readonly number[];
  readonly forcedCount: number;
  /** Whether that ends thinking. */
  readonly endsThinking: boolean;
  /** Where in the ids the output begins that has a form; undefined: not yet, or never. */
  readonly formStart: number | undefined;
  /** Which phase was begun last; undefined: none. */
  readonly phase: number | undefined;
}

type Forced = Pick<SteeringState, "forced" | "forcedCount">;

const noneForced: Forced = { forced: [], forcedCount: 0 };

/** The sequence, as far as it does not change. */
export interface Steered {
  readonly promptLength: number;
  readonly maxTokens: number;
  readonly hasForm: boolean;
}

export class Steering {
  readonly #rule: SteeringRule;
  readonly #sequence: Steered;
  readonly #thinking: Thinking | undefined;
  readonly #phases: Phases | undefined;

  constructor(rule: SteeringRule, sequence: Steered, tokenizer: Tokenizer | undefined) {
    this.#rule = rule;
    this.#sequence = sequence;
    this.#thinking = rule.thinking && new Thinking(rule.thinking, tokenizer);
    this.#phases = rule.phases && new Phases(rule.phases, sequence.promptLength, tokenizer);
  }

  /** Behind the ids, prompt and output. */
  at(tokenIds: ArrayLike<number>): SteeringState {
    const { promptLength } = this.#sequence;
    let state = this.#begin(Array.from(tokenIds).slice(0, promptLength));
    for (let length = promptLength + 1; length <= tokenIds.length; length++) state = this.next(state, tokenIds, length);
    return state;
  }

  /** After the last of the first `length` ids. */
  next(state: SteeringState, tokenIds: ArrayLike<number>, length: number): SteeringState {
    const next = this.#step(state, tokenIds, length);
    const phase = this.#phases?.begunBy(tokenIds, length, state.thinking, next.thinking);
    return phase === undefined || phase === next.phase ? next : { ...next, phase };
  }

  /** The same without phases that begin. */
  #step(state: SteeringState, tokenIds: ArrayLike<number>, length: number): SteeringState {
    const isForced = this.forcedToken(state, length - 1) !== undefined;
    const forcedCount = state.forcedCount + Number(isForced);
    const asked = forcedCount < state.forced.length ? { forced: state.forced, forcedCount } : noneForced;
    if (isForced && state.endsThinking) {
      if (asked !== noneForced) return { ...state, ...asked };
      return { ...state, thinking: undefined, ...asked, endsThinking: false, formStart: this.#formAt(state, length) };
    }
    if (!this.#thinking || (this.#sequence.hasForm && state.formStart !== undefined)) {
      return isForced ? { ...state, ...asked } : state;
    }
    const step = this.#thinking.next(state.thinking, tokenIds, length);
    const isOver = state.thinking !== undefined && step.state === undefined;
    const formStart = isOver ? this.#formAt(state, length) : state.formStart;
    if (!isForced && !isOver && step.state === state.thinking && step.forced.length === 0) return state;
    return { ...state, thinking: step.state, formStart, ...forcedThen(asked, step.forced) };
  }

  /** The token that comes at that place of the ids whatever the row says. */
  forcedToken({ forced, forcedCount }: SteeringState, place: number): number | undefined {
    const { promptLength, maxTokens } = this.#sequence;
    const { forcedEosTokenId } = this.#rule;
    return forcedEosTokenId !== undefined && place === promptLength + maxTokens - 1
      ? forcedEosTokenId
      : forced[forcedCount];
  }

  #begin(prompt: readonly number[]): SteeringState {
    const asked = { forced: this.#rule.forcedTokenIds, forcedCount: 0 };
    const step = this.#thinking?.begin(prompt);
    const formStart = step?.state === undefined ? prompt.length : undefined;
    const phase = this.#phases?.begunBy(prompt, prompt.length, undefined, step?.state);
    return { thinking: step?.state, formStart, phase, ...forcedThen(asked, step?.forced ?? []) };
  }

  #formAt({ formStart }: SteeringState, length: number): number | undefined {
    return formStart ?? (this.#sequence.hasForm ? length : undefined);
  }
}

/** The phase of the place behind the ids, prompt and output; undefined: none. */
export function phaseBehind(
  rule: SteeringRule | undefined,
  sequence: Steered,
  tokenizer: Tokenizer | undefined,
  tokenIds: ArrayLike<number>,
): number | undefined {
  return rule?.phases && new Steering(rule, sequence, tokenizer).at(tokenIds).phase;
}

/** What the request forces comes first; then thinking, which is still too long, ends. */
function forcedThen(asked: Forced, ending: readonly number[]): Forced & Pick<SteeringState, "endsThinking"> {
  const endsThinking = asked.forcedCount === asked.forced.length && ending.length > 0;
  return endsThinking ? { forced: ending, forcedCount: 0, endsThinking } : { ...asked, endsThinking };
}
