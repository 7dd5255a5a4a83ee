/**
 * What acts on a sequence from outside its rows, between two of them: a small deterministic automaton over the tokens that are
 * drawn. It says what the next row may give, and which tokens are certain. Sequences without such rules have none.
 */
import type { SampleResult, TextAutomaton } from "@tokenmill/core";
import { stateFor, type StatefulPlan } from "@tokenmill/core/internal";
import type { History } from "@tokenmill/worker-pool";
import type { TokenTexts } from "../text/tokenTexts.ts";
import { type BanRule, Bans } from "./bans.ts";
import { type CarriedBans, type CertainToken, HeldTokens } from "./heldTokens.ts";
import { KnownToken, type WrittenRow } from "./knownToken.ts";
import { Steering, type SteeringRule, type SteeringState } from "./steering.ts";

/** The sequence, as far as its rules act on it. */
export interface Controlled {
  readonly promptLength: number;
  readonly maxTokens: number;
  readonly stopTokenIds: readonly number[];
  /** Output tokens that have left. */
  readonly position: number;
  /** What stateful stages remember behind these; undefined if there are none. */
  readonly state: ArrayLike<number> | undefined;
  /** Prompt and output. */
  readonly history: History | undefined;
  tokenIds(): ArrayLike<number>;
  readonly hasForm: boolean;
  readonly steering: SteeringRule | undefined;
  readonly bans: BanRule | undefined;
  readonly banAutomata: readonly TextAutomaton[];
  readonly carriedBans: CarriedBans | undefined;
  /** The plan of a phase; undefined: of what is in none. */
  planOf(phase: number | undefined): StatefulPlan;
}

const noBytes = new Uint8Array(0);

export class Control {
  readonly #sequence: Controlled;
  readonly #texts: TokenTexts | undefined;
  readonly #held: HeldTokens;
  readonly #steering: Steering | undefined;
  /** Before each held token, and before the next. */
  readonly #steered: SteeringState[] = [];
  readonly #known = new KnownToken();
  #certainCount = 0;

  constructor(sequence: Controlled, texts: TokenTexts | undefined) {
    const { steering, bans, banAutomata, carriedBans, promptLength } = sequence;
    const tokenIds = sequence.tokenIds();
    const output = bans ? Array.from(tokenIds).slice(promptLength) : [];
    const pieces = output.map((tokenId) => texts!.bytes(tokenId));
    this.#sequence = sequence;
    this.#texts = texts;
    this.#held = new HeldTokens(bans && new Bans(bans, banAutomata), pieces, carriedBans);
    this.#steering = steering && new Steering(steering, sequence, texts?.tokenizer);
    if (this.#steering) this.#steered.push(this.#steering.at(tokenIds));
  }

  /** How often the next place was drawn before. */
  get redraw(): number {
    return this.#held.redraw;
  }

  /** What stateful stages remember behind the tokens that are held; undefined: what the sequence says. */
  get state(): ArrayLike<number> | undefined {
    return this.#sequence.state && this.#held.state;
  }

  /** The next token, where it comes whatever the row says. */
  get forced(): number | undefined {
    const state = this.#steered.at(-1);
    return state && this.#steering!.forcedToken(state, this.#sequence.history!.length);
  }

  /** Where in the ids the output begins that follows the form; undefined: no row does yet. */
  get formStart(): number | undefined {
    const state = this.#steered.at(-1);
    return state ? state.formStart : this.#sequence.promptLength;
  }

  /** The phase of the next row; undefined: none. */
  get phase(): number | undefined {
    return this.#steered.at(-1)?.phase;
  }

  /** The phase of the next token that leaves. */
  get nextPhase(): number | undefined {
    return this.#steered[0]?.phase;
  }

  /** Writes which tokens may come next. False, and nothing is written: all may. */
  fillMask(mask: () => Int32Array): boolean {
    const { forced } = this;
    if (forced !== undefined) return this.#known.fillMask(forced, mask);
    // what has a form does not end before it begins
    const ends = this.#sequence.hasForm && this.formStart === undefined ? this.#sequence.stopTokenIds : [];
    const { banned } = this.#held;
    if (!banned && ends.length === 0) return false;
    const words = mask();
    words.fill(-1);
    for (const tokenId of [...(banned ?? []), ...ends]) words[tokenId >> 5]! &= ~(1 << (tokenId & 31));
    return true;
  }

  /** Takes what a row gave. @returns how many tokens were taken back; undefined: the row has failed */
  take(result: SampleResult, row: WrittenRow): number | undefined {
    const { forced } = this;
    if (forced !== undefined) {
      const outcome = this.#known.take(forced, result, row);
      if (outcome === "failed") return undefined;
      return outcome === "scored" ? this.#take(result, true) : 0;
    }
    if (result.status === "ok") return this.#take(result, false);
    const { count } = this.#held;
    if (result.status !== "all_tokens_masked" || !this.#held.widen()) return undefined;
    return this.#goBack(count);
  }

  /** Takes the token that is forced, without a row. `blank`: an empty result that is used for it. @returns as `take` does */
  takeForced(blank: SampleResult): number {
    blank.status = "ok";
    blank.tokenId = this.forced!;
    blank.maskCount = 0;
    return this.#take(blank, true);
  }

  /** The next token that nothing takes back any more. */
  nextCertain(): CertainToken | undefined {
    if (this.#certainCount === 0) return undefined;
    this.#certainCount--;
    if (this.#steering) this.#steered.shift();
    return this.#held.shift();
  }

  carried(): CarriedBans | undefined {
    return this.#held.carried();
  }

  #take(result: SampleResult, isForced: boolean): number {
    const { history, promptLength, maxTokens, stopTokenIds } = this.#sequence;
    const { tokenId } = result;
    const countBefore = this.#held.count;
    // no draw, so no stage has learnt anything
    if (isForced) result.state.set(this.state ?? this.#sequence.state ?? []);
    history!.push(tokenId);
    const isStopToken = stopTokenIds.includes(tokenId);
    const isLast = isStopToken || history!.length - promptLength >= maxTokens;
    const bytes = isStopToken ? noBytes : (this.#texts?.bytes(tokenId) ?? noBytes);
    this.#steer(result);
    if (this.#held.push(result, { bytes, isLast, isForced }) === "certain") this.#certainCount = this.#held.count;
    return this.#goBack(countBefore + 1);
  }

  /** Where another phase begins, `result` has the state that its plan goes on from. */
  #steer(result: SampleResult): void {
    const { history } = this.#sequence;
    const before = this.#steered.at(-1);
    if (!before) return;
    const after = this.#steering!.next(before, history!.tokens(), history!.length);
    this.#steered.push(after);
    if (after.phase === before.phase) return;
    const [plan, last] = [this.#sequence.planOf(after.phase), this.#sequence.planOf(before.phase)];
    result.state.set(stateFor(plan, last, result.state) ?? []);
  }

  /** History and states as of the last token that is held. @returns how many there were more */
  #goBack(countBefore: number): number {
    const { history, promptLength, position } = this.#sequence;
    const { count } = this.#held;
    if (count === countBefore) return 0;
    history!.truncate(promptLength + position + count);
    if (this.#steering) this.#steered.length = count + 1;
    return countBefore - count;
  }
}
