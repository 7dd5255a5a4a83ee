/**
 * Which cache slot of a model holds which tokens, and whose they are. A sequence keeps its slot between its tokens; one that
 * comes new takes the longest prefix that any slot holds, by reuse or by fork, and evicts by need.
 */
import { sharedLength } from "./sharedLength.ts";

/** An owner keeps its slot for that many steps in which it was not computed, before another sequence may evict it. */
const leaseSteps = 2;
/** A prefix shorter than that is computed again rather than forked. */
const leastForkedTokens = 8;

interface Slot {
  readonly index: number;
  owner: bigint | undefined;
  /** What the cache holds. */
  readonly tokenIds: number[];
  /** It may hold anything: it is to be emptied before it is used. */
  isUnknown: boolean;
  /** The step it was last computed in. */
  lastStep: number;
}

/** What the model has to do before a sequence can be computed in its slot. */
export interface KvClaim {
  readonly slot: number;
  /** Tokens of the history that the slot holds then. */
  readonly cachedLength: number;
  /** The slot holds more than that, or may: what follows is to be forgotten first. */
  readonly isTruncated: boolean;
  /** The slot from which the cached tokens are forked; the claimed one is to be emptied first. */
  readonly forkFrom: number | undefined;
}

export class KvSlots {
  readonly #slots: Slot[];
  readonly #byOwner = new Map<bigint, Slot>();
  #step = 0;
  #evictions = 0;

  constructor(count: number) {
    this.#slots = Array.from({ length: count }, (_, index) => ({
      index,
      owner: undefined,
      tokenIds: [],
      isUnknown: false,
      lastStep: -1,
    }));
  }

  /** Slots that were taken from a sequence which was still open. */
  get evictions(): number {
    return this.#evictions;
  }

  /** The longest prefix of the history that any slot holds, at most all but its last token. */
  longestPrefix(history: Int32Array): number {
    return Math.max(0, ...this.#slots.map(({ tokenIds }) => reusableLength(tokenIds, history)));
  }

  /** A slot for the sequence, or undefined where all are in use. `isBusy`: slots that must stay as they are. */
  claim(owner: bigint, history: Int32Array, isBusy: (slot: number) => boolean): KvClaim | undefined {
    const own = this.#byOwner.get(owner);
    if (own) return this.#reuse(own, history);
    const longest = this.#longest(this.#slots, history);
    const target = this.#vacant(history) ?? this.#evict(isBusy);
    if (!target) return undefined;
    target.owner = owner;
    this.#byOwner.set(owner, target);
    const shared = reusableLength(longest.tokenIds, history);
    if (longest === target || shared < leastForkedTokens || shared <= reusableLength(target.tokenIds, history)) {
      return this.#reuse(target, history);
    }
    target.tokenIds.splice(0, target.tokenIds.length, ...longest.tokenIds.slice(0, shared));
    target.isUnknown = false;
    return { slot: target.index, cachedLength: shared, isTruncated: false, forkFrom: longest.index };
  }

  /** The model has computed these tokens in the slot. */
  append(slot: number, tokenIds: Int32Array): void {
    const { tokenIds: held } = this.#slots[slot]!;
    for (const tokenId of tokenIds) held.push(tokenId);
    this.#slots[slot]!.lastStep = this.#step;
  }

  /** A step begins: leases of sequences that are not in it grow older. */
  beginStep(): void {
    this.#step++;
  }

  /** The model could not do what the sequence's claim says: nobody knows what the slot holds. */
  forget(owner: bigint): void {
    const slot = this.#byOwner.get(owner)!;
    slot.tokenIds.length = 0;
    slot.isUnknown = true;
    this.release(owner);
  }

  /** The sequence has ended; what its slot holds may serve others. */
  release(owner: bigint): void {
    const slot = this.#byOwner.get(owner);
    if (!slot) return;
    this.#byOwner.delete(owner);
    slot.owner = undefined;
  }

  #reuse(slot: Slot, history: Int32Array): KvClaim {
    const cachedLength = reusableLength(slot.tokenIds, history);
    const isTruncated = slot.isUnknown || cachedLength < slot.tokenIds.length;
    slot.tokenIds.length = cachedLength;
    slot.isUnknown = false;
    return { slot: slot.index, cachedLength, isTruncated, forkFrom: undefined };
  }

  /** The free slot with the longest prefix; of equal ones the one that was used longest ago. */
  #vacant(history: Int32Array): Slot | undefined {
    const free = this.#slots.filter(({ owner }) => owner === undefined);
    return free.length === 0 ? undefined : this.#longest(free, history);
  }

  #longest(slots: readonly Slot[], history: Int32Array): Slot {
    const length = (slot: Slot): number => reusableLength(slot.tokenIds, history);
    return slots.reduce((best, slot) => {
      const difference = length(slot) - length(best);
      return difference > 0 || (difference === 0 && slot.lastStep < best.lastStep) ? slot : best;
    });
  }

  /** Least recently used first; within their lease only if no slot is in use, so that no step would make leases end. */
  #evict(isBusy: (slot: number) => boolean): Slot | undefined {
    const idle = this.#slots.filter(({ index }) => !isBusy(index));
    const isAnyBusy = idle.length < this.#slots.length;
    const evictable = isAnyBusy ? idle.filter(({ lastStep }) => this.#step - lastStep >= leaseSteps) : idle;
    if (evictable.length === 0) return undefined;
    const slot = evictable.reduce((oldest, each) => (each.lastStep < oldest.lastStep ? each : oldest));
    this.#byOwner.delete(slot.owner!);
    this.#evictions++;
    return slot;
  }
}

/** The last token is computed in any case: the row follows it. */
function reusableLength(tokenIds: ArrayLike<number>, history: Int32Array): number {
  return Math.min(sharedLength(tokenIds, history), history.length - 1);
}
