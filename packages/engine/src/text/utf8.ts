/**
 * Incremental UTF-8 as the Encoding Standard decodes it (https://encoding.spec.whatwg.org/#utf-8-decoder), with the
 * carry between calls packed into one small integer, so that a sequence pays 4 bytes for it and no TextDecoder.
 * A byte order mark is kept: `new TextDecoder("utf-8", { ignoreBOM: true })` is the reference.
 */

const replacement = "\uFFFD";

/** Bits 0–20: code point so far; 21–22: bytes still missing (0: nothing pending); 23–25: bounds of the next byte. */
const missingShift = 21;
const boundsShift = 23;
const codePointMask = (1 << missingShift) - 1;

/** Lower and upper bound of the byte that follows, by kind: any, after E0, after ED, after F0, after F4. */
const lowerBounds = [0x80, 0xa0, 0x80, 0x90, 0x80] as const;
const upperBounds = [0xbf, 0xbf, 0x9f, 0xbf, 0x8f] as const;

/** Where the state lives between calls. */
export interface Utf8Carry {
  /** 0 when no character is half read. */
  utf8State: number;
}

/** State after a lead byte, 0 for an ASCII byte, −1 for a byte that cannot start a character. */
function afterLead(byte: number): number {
  if (byte < 0x80) return 0;
  if (byte < 0xc2 || byte > 0xf4) return -1;
  if (byte < 0xe0) return (1 << missingShift) | (byte & 0x1f);
  if (byte < 0xf0) {
    const bounds = byte === 0xe0 ? 1 : byte === 0xed ? 2 : 0;
    return (bounds << boundsShift) | (2 << missingShift) | (byte & 0x0f);
  }
  const bounds = byte === 0xf0 ? 3 : byte === 0xf4 ? 4 : 0;
  return (bounds << boundsShift) | (3 << missingShift) | (byte & 0x07);
}

/** Text that `bytes` make certain; a character cut off at the end stays in `carry`. */
export function decodeUtf8(carry: Utf8Carry, bytes: Uint8Array): string {
  let state = carry.utf8State;
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (state !== 0) {
      const bounds = state >>> boundsShift;
      if (byte >= lowerBounds[bounds]! && byte <= upperBounds[bounds]!) {
        const missing = ((state >>> missingShift) & 3) - 1;
        const codePoint = ((state & codePointMask) << 6) | (byte & 0x3f);
        if (missing === 0) text += String.fromCodePoint(codePoint);
        state = missing === 0 ? 0 : (missing << missingShift) | codePoint;
        continue;
      }
      text += replacement;
    }
    state = afterLead(byte);
    if (state === 0) text += String.fromCharCode(byte);
    else if (state === -1) {
      text += replacement;
      state = 0;
    }
  }
  carry.utf8State = state;
  return text;
}

/** Ends the text: a character that is still cut off becomes U+FFFD. */
export function flushUtf8(carry: Utf8Carry): string {
  if (carry.utf8State === 0) return "";
  carry.utf8State = 0;
  return replacement;
}
