/**
 * Byte-pair encoding (Sennrich, Haddow and Birch 2016) as GPT-2 has it: a piece of text begins as its UTF-8 bytes, and of all
 * adjacent pairs that together are a token the one of lowest rank is merged, the leftmost first, until there is none.
 * Byte strings are held as strings of the code points 0 … 255, which ASCII text already is.
 */

/** Rank of what is no token. */
const none = Number.POSITIVE_INFINITY;

/** Pieces that are remembered with their ids; text repeats its words. */
const mostRemembered = 50_000;

/** GPT-2's own way of cutting a text into pieces, which merges never cross. */
const pieces = /'(?:[stmd]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export class BytePairs {
  readonly #ranks = new Map<string, number>();
  readonly #remembered = new Map<string, readonly number[]>();

  /** @param tokens bytes of the tokens; index: id and rank */
  constructor(tokens: readonly Uint8Array[]) {
    for (const [id, bytes] of tokens.entries()) this.#ranks.set(Buffer.from(bytes).toString("latin1"), id);
  }

  /** Ids of `text`; a lone surrogate is read as U+FFFD. Time is quadratic in the longest piece. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const [piece] of text.matchAll(pieces)) {
      let known = this.#remembered.get(piece);
      if (known === undefined) {
        known = this.#idsOf(Buffer.from(piece).toString("latin1"));
        if (this.#remembered.size === mostRemembered) this.#remembered.clear();
        this.#remembered.set(piece, known);
      }
      for (const id of known) ids.push(id);
    }
    return ids;
  }

  #idsOf(bytes: string): readonly number[] {
    const whole = this.#ranks.get(bytes);
    return whole === undefined ? this.#merge(bytes) : [whole];
  }

  /** `starts[i]`: where part i begins; `ranks[i]`: that of parts i and i + 1 as one token. */
  #merge(bytes: string): number[] {
    const starts = Array.from({ length: bytes.length + 1 }, (_, i) => i);
    const rankAt = (part: number): number =>
      part + 2 < starts.length ? (this.#ranks.get(bytes.slice(starts[part], starts[part + 2])) ?? none) : none;
    const ranks = starts.map((_, part) => rankAt(part));
    for (;;) {
      let lowest = none;
      let at = -1;
      for (let part = 0; part < ranks.length; part++) {
        if (ranks[part]! >= lowest) continue;
        lowest = ranks[part]!;
        at = part;
      }
      if (at < 0) break;
      starts.splice(at + 1, 1);
      ranks.splice(at + 1, 1);
      ranks[at] = rankAt(at);
      if (at > 0) ranks[at - 1] = rankAt(at - 1);
    }
    return starts.slice(0, -1).map((start, part) => this.#ranks.get(bytes.slice(start, starts[part + 1]))!);
  }
}
