/**
 * The events of an output that is answered when it is whole, in columns: 32 bytes a token, 12 for each of its most probable
 * alternatives, 8 for each named token and 4 for each of a sampling mask, a tenth of what objects take.
 */
import type { TokenEvent, TokenLogprob } from "@tokenmill/core";

const firstCapacity = 64;

export class PackedEvents implements Iterable<TokenEvent> {
  /** Events that say more than their token: the first and the last. */
  readonly #whole: Map<number, TokenEvent> = new Map();
  readonly #texts: string[] = [];
  #sequenceId: number | bigint = 0;
  #tokenIds: Int32Array = new Int32Array(firstCapacity);
  #ranks: Int32Array = new Int32Array(firstCapacity);
  #logprobs: Float64Array = new Float64Array(firstCapacity);
  /** Of alternatives: where those of each event end. */
  #ends: Int32Array = new Int32Array(firstCapacity);
  #topIds: Int32Array = new Int32Array(0);
  #topLogprobs: Float64Array = new Float64Array(0);
  #topCount = 0;
  /** Which tokens are named, in all events the same. */
  #namedIds: readonly number[] = [];
  #namedLogprobs: Float64Array = new Float64Array(0);
  /** Sampling masks, and the log-probabilities among them; empty without. */
  readonly #masks: (Int32Array | "all")[] = [];
  readonly #maskLogprobs: number[] = [];
  #logprobSum = 0;

  get length(): number {
    return this.#texts.length;
  }

  /** NaN without log-probabilities. */
  get meanLogprob(): number {
    return this.#logprobSum / this.length;
  }

  push(event: TokenEvent): void {
    const index = this.length;
    if (index === this.#tokenIds.length) this.#grow();
    const { sequenceId, tokenId, text, logprob = Number.NaN, rank = 0, topLogprobs = [], namedLogprobs } = event;
    this.#sequenceId = sequenceId;
    this.#texts.push(text);
    this.#tokenIds[index] = tokenId;
    this.#logprobs[index] = logprob;
    this.#ranks[index] = rank;
    this.#logprobSum += logprob;
    if (event.promptLogprobs || event.finishReason !== undefined) this.#whole.set(index, event);
    else this.#pushTop(topLogprobs);
    this.#ends[index] = this.#topCount;
    if (namedLogprobs) this.#setNamed(index, namedLogprobs);
    const { samplingMask, samplingLogprob } = event;
    if (samplingMask === undefined) return;
    this.#masks.push(samplingMask === "all" ? samplingMask : Int32Array.from(samplingMask));
    this.#maskLogprobs.push(samplingLogprob!);
  }

  at(index: number): TokenEvent | undefined {
    const place = index < 0 ? index + this.length : index;
    return place >= 0 && place < this.length ? this.#event(place) : undefined;
  }

  *[Symbol.iterator](): Generator<TokenEvent> {
    for (let index = 0; index < this.length; index++) yield this.#event(index);
  }

  #event(index: number): TokenEvent {
    const whole = this.#whole.get(index);
    if (whole) return whole;
    const event: TokenEvent = {
      sequenceId: this.#sequenceId,
      index,
      tokenId: this.#tokenIds[index]!,
      text: this.#texts[index]!,
    };
    const mask = this.#masks[index];
    if (mask !== undefined) {
      event.samplingMask = mask === "all" ? mask : Array.from(mask);
      event.samplingLogprob = this.#maskLogprobs[index]!;
    }
    const logprob = this.#logprobs[index]!;
    if (Number.isNaN(logprob)) return event;
    event.logprob = logprob;
    event.rank = this.#ranks[index]!;
    const named = (): TokenLogprob[] => this.#named(index);
    if (this.#namedIds.length > 0) Object.defineProperty(event, "namedLogprobs", { get: named, enumerable: true });
    const start = index === 0 ? 0 : this.#ends[index - 1]!;
    const end = this.#ends[index]!;
    if (end === start) return event;
    // Most readers do not look at them.
    const top = (): TokenLogprob[] => this.#top(start, end);
    return Object.defineProperty(event, "topLogprobs", { get: top, enumerable: true });
  }

  #top(start: number, end: number): TokenLogprob[] {
    return Array.from({ length: end - start }, (_, i) => ({
      tokenId: this.#topIds[start + i]!,
      logprob: this.#topLogprobs[start + i]!,
    }));
  }

  #pushTop(top: readonly TokenLogprob[]): void {
    const needed = this.#topCount + top.length;
    if (needed > this.#topIds.length) {
      const capacity = Math.max(needed, 2 * this.#topIds.length);
      this.#topIds = grown(this.#topIds, new Int32Array(capacity));
      this.#topLogprobs = grown(this.#topLogprobs, new Float64Array(capacity));
    }
    for (const { tokenId, logprob } of top) {
      this.#topIds[this.#topCount] = tokenId;
      this.#topLogprobs[this.#topCount++] = logprob;
    }
  }

  #named(index: number): TokenLogprob[] {
    const start = index * this.#namedIds.length;
    return this.#namedIds.map((tokenId, i) => ({ tokenId, logprob: this.#namedLogprobs[start + i]! }));
  }

  #setNamed(index: number, named: readonly TokenLogprob[]): void {
    const { length } = named;
    if (index === 0) this.#namedIds = named.map(({ tokenId }) => tokenId);
    const start = index * length;
    if (start + length > this.#namedLogprobs.length) {
      this.#namedLogprobs = grown(this.#namedLogprobs, new Float64Array(length * this.#tokenIds.length));
    }
    named.forEach(({ logprob }, i) => (this.#namedLogprobs[start + i] = logprob));
  }

  #grow(): void {
    const capacity = 2 * this.#tokenIds.length;
    this.#tokenIds = grown(this.#tokenIds, new Int32Array(capacity));
    this.#ranks = grown(this.#ranks, new Int32Array(capacity));
    this.#logprobs = grown(this.#logprobs, new Float64Array(capacity));
    this.#ends = grown(this.#ends, new Int32Array(capacity));
  }
}

function grown<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
