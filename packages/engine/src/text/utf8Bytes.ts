/** Strings as UTF-8, for searches. */

const encoder = new TextEncoder();
let scratch = new Uint8Array(256);

/** The bytes of well-formed text. Reused by the next call. */
export function utf8Bytes(text: string): Uint8Array {
  if (scratch.length < text.length * 3) scratch = new Uint8Array(text.length * 6);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

/** The index of the character that begins so many bytes into well-formed text. */
export function indexAtByte(text: string, bytes: number): number {
  let index = 0;
  for (let at = 0; at < bytes; index++) {
    const unit = text.charCodeAt(index);
    // a surrogate is half of a character of four bytes
    at += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return index;
}
