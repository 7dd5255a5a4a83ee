/**
 * What acts on a sequence from outside its rows, between two of them: a small deterministic automaton over the tokens that are
 * drawn. It says what the next row's draw may give, and which tokens are certain. Sequences without such rules have none.
 */
import type { SampleResult, TextAutomaton } from "@tokenmill/core";
import type { History } from "@tokenmill/worker-pool";
import type { TokenTexts } from "../text/tokenTexts.ts";
import { type BanRule, Bans } from "./bans.ts";
import { type CarriedBans, type CertainToken, HeldTokens } from "./heldTokens.ts";

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
  readonly bans: BanRule | undefined;
  readonly banAutomata: readonly TextAutomaton[];
  readonly carriedBans: CarriedBans | undefined;
}

const noBytes = new Uint8Array(0);

export class Control {
  readonly #sequence: Controlled;
  readonly #texts: TokenTexts;
  readonly #held: HeldTokens;
  #certainCount = 0;

  constructor(sequence: Controlled, texts: TokenTexts) {
    const bans = new Bans(sequence.bans!, sequence.banAutomata);
    this.#sequence = sequence;
    this.#texts = texts;
    const outputIds = Array.from(sequence.tokenIds()).slice(sequence.promptLength);
    const search = bans.searchBehind(outputIds.map((tokenId) => texts.bytes(tokenId)));
    this.#held = new HeldTokens(bans, search, sequence.carriedBans);
  }

  /** How often the next place was drawn before. */
  get redraw(): number {
    return this.#held.redraw;
  }

  /** What stateful stages remember behind the tokens that are held; undefined: what the sequence says. */
  get state(): ArrayLike<number> | undefined {
    return this.#sequence.state && this.#held.state;
  }

  /** Writes which tokens may come next. False, and nothing is written: all may. */
  fillMask(mask: () => Int32Array): boolean {
    const { banned } = this.#held;
    if (!banned) return false;
    const words = mask();
    words.fill(-1);
    for (const tokenId of banned) words[tokenId >> 5]! &= ~(1 << (tokenId & 31));
    return true;
  }

  /** Takes what a row gave. @returns how many tokens were taken back; undefined: the row has failed */
  take(result: Readonly<SampleResult>): number | undefined {
    const held = this.#held;
    const countBefore = held.count;
    if (result.status === "ok") this.#takeToken(result);
    else if (result.status !== "all_tokens_masked" || !held.widen()) return undefined;
    const { history, promptLength, position } = this.#sequence;
    history!.truncate(promptLength + position + held.count);
    return countBefore + (result.status === "ok" ? 1 : 0) - held.count;
  }

  /** The next token that nothing takes back any more. */
  nextCertain(): CertainToken | undefined {
    if (this.#certainCount === 0) return undefined;
    this.#certainCount--;
    return this.#held.shift();
  }

  carried(): CarriedBans | undefined {
    return this.#held.carried();
  }

  #takeToken(result: Readonly<SampleResult>): void {
    const { history, promptLength, maxTokens, stopTokenIds } = this.#sequence;
    const { tokenId } = result;
    history!.push(tokenId);
    const isStopToken = stopTokenIds.includes(tokenId);
    const isLast = isStopToken || history!.length - promptLength >= maxTokens;
    const bytes = isStopToken ? noBytes : this.#texts.bytes(tokenId);
    if (this.#held.push(result, bytes, isLast) === "certain") this.#certainCount = this.#held.count;
  }
}
