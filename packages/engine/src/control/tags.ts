/** Tags that begin or end a part of an output: one special token, or text, whichever tokens it comes in. */
import type { Tokenizer } from "@tokenmill/core";

/** What a tag is: ids in a row, or bytes of text. */
export type Tag = { readonly tokenIds: readonly number[] } | { readonly text: string; readonly bytes: Uint8Array };

/** The name of a special token is that token; other text may come in any tokens. */
export function tagOf(given: string | readonly number[], tokenizer: Tokenizer | undefined): Tag {
  if (typeof given !== "string") return { tokenIds: [...given] };
  const tokenIds = tokenizer!.encode(given, { special: true });
  const isSpecial = tokenIds.length === 1 && tokenizer!.tokenBytes(tokenIds[0]!).length === 0;
  return isSpecial ? { tokenIds } : { text: given, bytes: new TextEncoder().encode(given) };
}

/** Prompt and output so far, or a beginning of them. */
export interface TagText {
  readonly tokenIds: ArrayLike<number>;
  readonly length: number;
  bytesOf(tokenId: number): Uint8Array;
}

/** Whether the tag is complete with the last token; it begins with the token `from` or behind it. */
export function endsWith(tag: Tag, text: TagText, from: number): boolean {
  if ("tokenIds" in tag) return sharedTail(tag.tokenIds, text, from) === tag.tokenIds.length;
  const { length } = text;
  if (length <= from) return false;
  const last = text.bytesOf(text.tokenIds[length - 1]!);
  const lastByte = tag.bytes.at(-1)!;
  // an end within the last token
  for (let end = last.indexOf(lastByte) + 1; end > 0; end = last.indexOf(lastByte, end) + 1) {
    if (isBefore(tag.bytes, text, from, end)) return true;
  }
  return false;
}

/** What of the tag the tokens from `from` on end with: less than all of it. In ids, or in bytes of whole characters. */
export function begun(tag: Tag, text: TagText, from: number): number {
  if ("tokenIds" in tag) return sharedTail(tag.tokenIds.slice(0, -1), text, from);
  const tail = tailBytes(text, from, tag.bytes.length - 1);
  for (let count = Math.min(tail.length, tag.bytes.length - 1); count > 0; count--) {
    const isWhole = (tag.bytes[count]! & 0xc0) !== 0x80;
    if (isWhole && isAt(tag.bytes.subarray(0, count), tail, tail.length - count)) return count;
  }
  return 0;
}

/** The ids that complete the tag, of which that much is there. */
export function restOf(tag: Tag, count: number, tokenizer: Tokenizer | undefined): readonly number[] {
  if ("tokenIds" in tag) return tag.tokenIds.slice(count);
  return tokenizer!.encode(new TextDecoder().decode(tag.bytes.subarray(count)), { special: true });
}

/** Whether the text ends within a character. */
export function endsInCharacter(text: TagText, from: number): boolean {
  const tail = tailBytes(text, from, 3);
  for (let back = 1; back <= tail.length; back++) {
    const byte = tail[tail.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back;
  }
  return false;
}

/** The longest beginning of `ids` that the tokens end with. */
function sharedTail(ids: readonly number[], { tokenIds, length }: TagText, from: number): number {
  for (let count = Math.min(ids.length, length - from); count > 0; count--) {
    const first = length - count;
    let i = 0;
    while (i < count && tokenIds[first + i] === ids[i]) i++;
    if (i === count) return count;
  }
  return 0;
}

/** At least that many of the last bytes, if there are as many. */
function tailBytes({ tokenIds, length, bytesOf }: TagText, from: number, count: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (let i = length - 1; i >= from && total < count; i--) {
    const bytes = bytesOf(tokenIds[i]!);
    pieces.unshift(bytes);
    total += bytes.length;
  }
  if (pieces.length === 1) return pieces[0]!;
  const tail = new Uint8Array(total);
  let at = 0;
  for (const bytes of pieces) {
    tail.set(bytes, at);
    at += bytes.length;
  }
  return tail;
}

function isAt(bytes: Uint8Array, within: Uint8Array, at: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (within[at + i] !== bytes[i]) return false;
  return true;
}

/** Whether the bytes end with the first `end` ones of the last token. */
function isBefore(bytes: Uint8Array, { tokenIds, length, bytesOf }: TagText, from: number, end: number): boolean {
  let place = length - 1;
  let piece = bytesOf(tokenIds[place]!);
  let at = end;
  for (let i = bytes.length - 1; i >= 0; i--) {
    while (at === 0) {
      if (--place < from) return false;
      piece = bytesOf(tokenIds[place]!);
      at = piece.length;
    }
    if (piece[--at] !== bytes[i]) return false;
  }
  return true;
}
