/**
 * Tokens that were drawn and may be taken back: nothing of them has left. A banned text takes them back to the one that holds its
 * first character, which is banned at its place; that place and what comes behind it is drawn again, each time from other random
 * numbers. They are certain, and let go, when no match of a banned text is open any more: whatever is drawn again later, none can
 * begin in them. Only these draws are repeated: the output's law is not the model's, given that the text never occurs.
 */
import type { SampleResult } from "@tokenmill/core";
import type { SearchMatch, TextSearch } from "../text/textSearch.ts";
import { type Bans, readOn } from "./bans.ts";

/** A match that has not ended within that many tokens is not waited for. */
const mostHeld = 1024;
/** Held tokens from one search that is kept to the next: between them it is made again. */
const searchInterval = 32;
/** The kernels have that many random numbers for a place: from there on they come again. */
const redraws = 256;

/** A token, and what there was before it. */
interface HeldToken {
  result: Readonly<SampleResult>;
  readonly bytes: Uint8Array;
  /** Of these, by the search's count. */
  readonly start: number;
  /** Of the first token, and some behind it. */
  readonly search: TextSearch | undefined;
  readonly isForced: boolean;
}

/** What a token adds to the text. */
export interface DrawnText {
  readonly bytes: Uint8Array;
  /** The output ends with it. */
  readonly isLast: boolean;
  /** It came whatever the row said. */
  readonly isForced: boolean;
}

/** A token that leaves, and the banned text that ends with it nevertheless. */
export interface CertainToken {
  readonly result: Readonly<SampleResult>;
  readonly passedBan: string | undefined;
}

/** What of it follows from neither request nor output. */
export interface CarriedBans {
  /** Times that tokens were taken back since none was held. */
  rewinds: number;
  /** For each place from the next event's on: how often it was drawn before. */
  redraws: number[];
  /** How many tokens are to leave whatever their text, and the banned text that passes with them, if one does. */
  passing?: { text?: string; left: number };
  /** For these places, counted from the next event's: the tokens that are banned there. */
  bans: (readonly [place: number, tokenIds: readonly number[]])[];
}

/** What a token that was drawn has led to. */
export type Verdict = "held" | "certain" | "takenBack";

export class HeldTokens {
  readonly #bans: Bans | undefined;
  readonly #held: HeldToken[] = [];
  /** By place from the first held token on. */
  #redraws: number[] = [];
  /** By place from where this began. */
  #banned = new Map<number, Set<number>>();
  /** Tokens that have left since. */
  #leftCount = 0;
  #rewinds = 0;
  #search: TextSearch | undefined;
  /** How many tokens are to leave, and the banned text that is let pass with them, if there is one. */
  #passing: { readonly text?: string; left: number } | undefined;

  /** @param bans absent: all tokens are certain at once. @param pieces the output so far */
  constructor(bans: Bans | undefined, pieces: Iterable<Uint8Array>, carried?: CarriedBans) {
    this.#bans = bans;
    this.#search = bans?.searchBehind(pieces);
    if (!carried) return;
    this.#rewinds = carried.rewinds;
    this.#redraws = [...carried.redraws];
    if (carried.passing) this.#passing = { ...carried.passing };
    this.#banned = new Map(carried.bans.map(([place, tokenIds]) => [place, new Set(tokenIds)]));
  }

  get count(): number {
    return this.#held.length;
  }

  /** After the last of them; undefined without any. */
  get state(): ArrayLike<number> | undefined {
    return this.#held.at(-1)?.result.state;
  }

  /** How often the next place was drawn before. */
  get redraw(): number {
    return (this.#redraws[this.#held.length] ?? 0) % redraws;
  }

  /** Tokens that are banned at the next place. */
  get banned(): ReadonlySet<number> | undefined {
    return this.#banned.get(this.#nextPlace);
  }

  /**
   * Takes a token with its text; `isLast`: the output ends with it. If all are certain, they are to leave before `result` is
   * another's.
   */
  push(result: Readonly<SampleResult>, { bytes, isLast, isForced }: DrawnText): Verdict {
    const before = this.#search;
    const start = before?.length ?? 0;
    const isKept = this.#held.length % searchInterval === 0;
    const held: HeldToken = { result, bytes, start, search: isKept ? before : undefined, isForced };
    this.#held.push(held);
    if (!before) return "certain";
    const search = isKept ? (this.#search = before.fork()) : before;
    if (this.#passing) {
      // in an earlier life
      readOn(search, bytes);
      search.restart();
      return "certain";
    }
    let match = search.push(bytes);
    if (!match && isLast) match = search.end();
    if (match && this.#mayRewind(match)) return "takenBack";
    if (match) {
      this.#passing = { text: this.#bans!.textOf(match), left: this.#held.length };
      readOn(search, bytes.subarray(search.length - start));
    } else if (!isLast && search.openStart < search.length) {
      if (this.#held.length < mostHeld) {
        held.result = copyOf(result);
        return "held";
      }
      this.#passing = { left: mostHeld };
    }
    search.restart();
    return "certain";
  }

  /** The next row has no token that may come: true, and it is to be drawn again with other bans, unless there are none. */
  widen(): boolean {
    const place = this.#nextPlace;
    if (!this.#banned.has(place)) return false;
    const { rewindCountMax } = this.#bans!.rule;
    const last = this.#held.at(-1);
    if (last && !last.isForced && this.#rewinds < rewindCountMax) this.#rewind(this.#held.length - 1, 1);
    else {
      // there is nothing else here: the text is to pass
      this.#banned.delete(place);
      this.#rewinds = rewindCountMax;
    }
    return true;
  }

  /** The first held token leaves. */
  shift(): CertainToken {
    const { result } = this.#held.shift()!;
    this.#redraws.shift();
    this.#banned.delete(this.#leftCount++);
    if (this.#held.length === 0) this.#rewinds = 0;
    const passing = this.#passing;
    if (!passing || --passing.left > 0) return { result, passedBan: undefined };
    this.#passing = undefined;
    return { result, passedBan: passing.text };
  }

  /** Undefined: nothing. */
  carried(): CarriedBans | undefined {
    if (this.#rewinds + this.#redraws.length + this.#banned.size === 0 && !this.#passing) return undefined;
    return {
      rewinds: this.#rewinds,
      redraws: [...this.#redraws],
      ...(this.#passing && { passing: { ...this.#passing } }),
      bans: [...this.#banned].map(([place, tokenIds]) => [place - this.#leftCount, [...tokenIds]]),
    };
  }

  get #nextPlace(): number {
    return this.#leftCount + this.#held.length;
  }

  /** The held token whose text holds that byte. */
  #holderOf(offset: number): number {
    let place = this.#held.length - 1;
    while (place > 0 && this.#held[place]!.start > offset) place--;
    return place;
  }

  /** Takes back what the match asks for. False: that was done often enough, or its first token is forced. */
  #mayRewind({ start }: SearchMatch): boolean {
    const { bannedN, rewindCountMax } = this.#bans!.rule;
    const place = this.#holderOf(start);
    if (this.#rewinds >= rewindCountMax || this.#held[place]!.isForced) return false;
    this.#rewind(place, bannedN === -1 ? Number.POSITIVE_INFINITY : bannedN);
    return true;
  }

  /** As it was before the held token. */
  #searchAt(place: number): TextSearch {
    const kept = place - (place % searchInterval);
    const { search } = this.#held[kept]!;
    if (kept === place) return search!;
    const again = search!.fork();
    for (const { bytes } of this.#held.slice(kept, place)) readOn(again, bytes);
    return again;
  }

  /** Takes back the tokens from that one on; the first of them are banned where they stood. */
  #rewind(place: number, bannedCount: number): void {
    this.#search = this.#searchAt(place);
    const taken = this.#held.splice(place);
    this.#rewinds++;
    // what was banned behind it belonged to what is taken back
    const first = this.#leftCount + place;
    for (const later of [...this.#banned.keys()]) if (later > first) this.#banned.delete(later);
    for (const [i, { result }] of taken.entries()) {
      const at = place + i;
      for (let missing = this.#redraws.length; missing <= at; missing++) this.#redraws.push(0);
      this.#redraws[at]!++;
      if (i >= bannedCount) continue;
      const banned = this.#banned.get(first + i);
      if (banned) banned.add(result.tokenId);
      else this.#banned.set(first + i, new Set([result.tokenId]));
    }
  }
}

function copyOf(result: Readonly<SampleResult>): SampleResult {
  const { state, topTokenIds, topLogprobs, topCount, namedLogprobs, namedCount, maskTokenIds, maskCount } = result;
  return {
    ...result,
    state: state.slice(),
    topTokenIds: topTokenIds.slice(0, topCount),
    topLogprobs: topLogprobs.slice(0, topCount),
    namedLogprobs: namedLogprobs.slice(0, namedCount),
    maskTokenIds: maskTokenIds.slice(0, Math.max(0, maskCount)),
  };
}
