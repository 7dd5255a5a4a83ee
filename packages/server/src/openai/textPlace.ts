/**
 * Where tokens stand in a text, in code points as Python counts them: the text is what the tokens' bytes decode to, so
 * `text[place:place + len(token)]` is a token of whole characters, and parts of a character have the character's place.
 */

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const nothing = new Uint8Array(0);

export class TextPlace {
  /** Characters that are complete. */
  #length = 0;
  /** Bytes of a character that is not. */
  #cut: Uint8Array = nothing;

  /** The place of the token with these bytes, which comes next. */
  next(bytes: Uint8Array): number {
    if (bytes.length === 0) return this.#length;
    const all = joined(this.#cut, bytes);
    // A first byte that cannot go on with the character begins the one after it.
    const begins = this.#cut.length > 0 && codePoints(decoder.decode(all.subarray(0, this.#cut.length + 1))) > 1;
    const place = this.#length + (begins ? 1 : 0);
    this.#length += codePoints(decoder.decode(all, { stream: true }));
    const isCut = decoder.decode() !== "";
    this.#cut = isCut ? all.slice(lastLead(all)) : nothing;
    return place;
  }

  clone(): TextPlace {
    const same = new TextPlace();
    same.#length = this.#length;
    same.#cut = this.#cut;
    return same;
  }

  /** Another text begins, after this one, which is known as a whole. */
  after(text: string): void {
    this.#length = codePoints(text);
    this.#cut = nothing;
  }
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Index of the last byte that is no continuation: a character that is cut off begins there. */
function lastLead(bytes: Uint8Array): number {
  let index = bytes.length - 1;
  while (index > 0 && (bytes[index]! & 0xc0) === 0x80) index--;
  return index;
}
