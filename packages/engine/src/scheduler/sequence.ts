/** One sequence: what is fixed when it opens, and what advances with its tokens. */
import { ExpectedCost, type History, type Plan, type TokenMasks } from "@tokenmill/worker-pool";
import type { CompiledGrammar, GrammarSpec, TextAutomaton, TokenEvent } from "@tokenmill/core";
import { type BanRule, patternLists } from "../control/bans.ts";
import type { Control } from "../control/control.ts";
import type { CarriedBans } from "../control/heldTokens.ts";
import type { SteeringRule } from "../control/steering.ts";
import { Repetition, type RepetitionRule } from "../control/repetition.ts";
import type { Stops } from "../text/stopStrings.ts";
import type { PhasePlans } from "./phasePlans.ts";
import type { PromptScoring } from "./promptScoring.ts";
import type { Utf8Carry } from "../text/utf8.ts";

/** Receives one sequence's events. An rxjs `Subscriber` is one. */
export interface TokenObserver {
  next(event: TokenEvent): void;
  /** @param error a `SequenceError` */
  error(error: unknown): void;
  complete(): void;
}

/**
 * `compiling`: its grammar or `stopRegex` is not compiled yet; `waiting` for memory or for `maxSequences`; `ready` for a slot; `active`: its row is being filled or sampled;
 * `paused`: open, not scheduled; `ended`.
 */
export type SequencePhase = "compiling" | "waiting" | "ready" | "active" | "paused" | "ended";

/** Everything a sequence is opened with. */
export interface SequenceSpec {
  readonly sequenceId: number | bigint;
  /** Absent: the sequence's own id. */
  readonly randomStreamId?: number | bigint | undefined;
  readonly seed: bigint;
  readonly plan: Plan;
  /** Absent: its rows are all the plan's. */
  readonly phases?: PhasePlans | undefined;
  readonly promptTokenIds: readonly number[];
  /** Tokens of an earlier life, for a resumed sequence. */
  readonly outputTokenIds: readonly number[];
  readonly maxTokens: number;
  readonly stops: Stops | undefined;
  readonly ignoreEos: boolean;
  readonly repetition?: RepetitionRule | undefined;
  readonly steering?: SteeringRule | undefined;
  readonly bans?: BanRule | undefined;
  /** Of an earlier life. */
  readonly carriedBans?: CarriedBans | undefined;
  readonly epoch: number;
  /** What the output follows. */
  readonly grammar?: GrammarSpec | undefined;
  /** Most probable tokens beside each of the prompt's, which is scored; absent: it is not. */
  readonly promptLogprobs?: number | undefined;
  /** Absent: it is not to be opened. */
  readonly observer: TokenObserver | undefined;
  /** What stateful stages remember of an earlier life; absent: where the next token's plan starts. */
  readonly state?: readonly number[] | undefined;
}

/** What a sequence's next row is expected to be; `unproven`: kernels alone, with params of which no row was timed. */
export type RowKind = "cheap" | "slow" | "unproven" | "expensive";

export class Sequence implements Utf8Carry {
  readonly sequenceId: number | bigint;
  readonly sequenceIdBits: bigint;
  readonly randomStreamBits: bigint;
  readonly seed: bigint;
  readonly plan: Plan;
  readonly phases: PhasePlans | undefined;
  readonly promptLength: number;
  readonly maxTokens: number;
  readonly minTokens: number;
  readonly stopTokenIds: readonly number[];
  readonly stops: Stops | undefined;
  readonly ignoreEos: boolean;
  readonly repetition: Repetition | undefined;
  readonly steering: SteeringRule | undefined;
  readonly bans: BanRule | undefined;
  readonly carriedBans: CarriedBans | undefined;
  /** Once all is compiled, where rules act between its rows. */
  control: Control | undefined = undefined;
  readonly hasLogprobs: boolean;
  /** For rows whose token is known: their log-probabilities, nothing else. */
  knownPlan: Plan | undefined = undefined;
  /** How often the sequence was resumed. */
  readonly epoch: number;
  readonly grammar: GrammarSpec | undefined;
  /** Once it is compiled: the grammar, its number in the pool, and that of the output, which masks are filled by. */
  compiled: CompiledGrammar | undefined = undefined;
  /** Once they are compiled: its patterns that are banned. */
  banAutomata: readonly TextAutomaton[] = [];
  masks: TokenMasks | undefined = undefined;
  /** Makes the text of an earlier life again, once all is compiled. @throws SnapshotError */
  replay: (() => void) | undefined = undefined;
  /** Undefined once the sequence was cancelled or has ended: then nothing more is delivered. */
  observer: TokenObserver | undefined;

  phase: SequencePhase;
  isPaused = false;
  /** Prompt and output ids; undefined while `waiting` and once memory was given back. */
  history: History | undefined = undefined;
  /** What `history` starts with; dropped when it is opened. */
  initialTokenIds: readonly number[] | undefined;
  /** Output tokens that have left so far: the index of the next event. */
  position: number;
  utf8State = 0;
  /** Until the first event, if the prompt is to be scored: as in the request. */
  promptLogprobs: number | undefined;
  /** Until the first event, where there is something to score. */
  scoring: PromptScoring | undefined = undefined;
  /** Text held back because a stop string or a match may begin with it. */
  heldText = "";
  /** What the stateful stages of the next token's plan remember; undefined if none of its plans has any. */
  readonly state: Float64Array | undefined;

  /** Thread time of its rows outside of phases, and the time they take to come from a batch source. */
  readonly #cost: ExpectedCost = new ExpectedCost();
  readonly fillCost: ExpectedCost = new ExpectedCost();
  /** Of the row that waits or is in flight. */
  rowKind: RowKind = "cheap";
  isCharged = false;
  /** Thread time that its expensive rows took, for the order of the ready queue. */
  servedMs = 0;
  /** When it began to wait for memory. */
  queuedMs = 0;

  /** Neighbours in the queue that the sequence stands in. */
  previous: Sequence | undefined = undefined;
  next: Sequence | undefined = undefined;

  constructor(spec: SequenceSpec) {
    const { params } = spec.plan;
    this.sequenceId = spec.sequenceId;
    this.sequenceIdBits = BigInt(spec.sequenceId);
    this.randomStreamBits = BigInt(spec.randomStreamId ?? spec.sequenceId);
    this.seed = spec.seed;
    this.plan = spec.plan;
    this.phases = spec.phases;
    this.promptLength = spec.promptTokenIds.length;
    this.maxTokens = spec.maxTokens;
    this.minTokens = params.minTokens ?? 0;
    this.stopTokenIds = params.stopTokenIds ?? [];
    this.stops = spec.stops;
    this.ignoreEos = spec.ignoreEos;
    this.repetition = spec.repetition && new Repetition(spec.repetition, spec.outputTokenIds);
    this.steering = spec.steering;
    this.bans = spec.bans;
    this.carriedBans = spec.carriedBans;
    this.hasLogprobs = params.logprobs !== undefined;
    this.epoch = spec.epoch;
    this.grammar = spec.grammar;
    const hasPatterns = spec.stops?.regexes.length || (spec.bans && patternLists(spec.bans).length > 0);
    this.phase = spec.grammar || hasPatterns ? "compiling" : "waiting";
    this.promptLogprobs = spec.promptLogprobs;
    this.observer = spec.observer;
    this.initialTokenIds =
      spec.outputTokenIds.length === 0 ? spec.promptTokenIds : [...spec.promptTokenIds, ...spec.outputTokenIds];
    this.position = spec.outputTokenIds.length;
    const anyState = spec.plan.initialState ?? spec.phases?.plans.find((plan) => plan.initialState)?.initialState;
    this.state = anyState && Float64Array.from(spec.state ?? this.nextPlan.initialState ?? anyState);
  }

  /** Of the next row, those of phases included that tokens have begun which may be taken back. */
  get rowPlan(): Plan {
    return this.phases ? this.planOf(this.control ? this.control.phase : this.phases.first) : this.plan;
  }

  /** Of the next token that leaves. */
  get nextPlan(): Plan {
    return this.phases ? this.planOf(this.control ? this.control.nextPhase : this.phases.first) : this.plan;
  }

  planOf(phase: number | undefined): Plan {
    return phase === undefined ? this.plan : this.phases!.plans[phase]!;
  }

  /** Thread time of its rows with the next one's plan. */
  get cost(): ExpectedCost {
    const phase = this.phases && this.control?.phase;
    return phase === undefined ? this.#cost : this.phases!.costs[phase]!;
  }

  /** Thread time that the next row is expected to take; infinite if no row with its params was seen. */
  get expectedMs(): number {
    const { cost } = this;
    return cost.ms < Number.POSITIVE_INFINITY ? cost.ms : this.rowPlan.cost.ms;
  }

  /** What is to be scored before the next token; undefined if nothing is. */
  get unscored(): PromptScoring | undefined {
    return this.scoring?.isDone === false ? this.scoring : undefined;
  }

  /** Whether its next token comes whatever the row says, and nothing is asked of that row. */
  get isForced(): boolean {
    const isScored = this.hasLogprobs || this.plan.params.samplingMask === true;
    return !this.unscored && !isScored && this.control?.forced !== undefined;
  }

  /** Whether the output follows a grammar. */
  get hasForm(): boolean {
    return this.grammar !== undefined;
  }

  /** Token ids that its history has room for. */
  get capacity(): number {
    return this.promptLength + this.maxTokens;
  }

  /** Where its next row is: output tokens so far, those included that may be taken back. */
  get rowPosition(): number {
    return this.history!.length - this.promptLength;
  }

  /** Its own and those of its phases, of its prompt's scores and of tokens that are known. */
  releasePlans(): void {
    this.plan.release();
    for (const plan of this.phases?.plans ?? []) plan.release();
    this.scoring?.plan.release();
    this.knownPlan?.release();
  }

  /** Prompt and output ids so far, those included that may be taken back; a view or the array itself, not to be kept. */
  tokenIds(): ArrayLike<number> {
    return this.history?.tokens() ?? this.initialTokenIds ?? [];
  }
}
