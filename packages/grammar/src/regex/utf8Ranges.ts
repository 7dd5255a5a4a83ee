/** A range of code points as the UTF-8 that spells it. */
import type { CodeRange } from "./characterSet.ts";

/** A range of values for each byte, the first byte first. */
export type ByteRanges = readonly (readonly [first: number, last: number])[];

/** Last code points with 1, 2, 3 and 4 bytes (RFC 3629). */
const lengths: readonly number[] = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/** Together they match the range's characters and nothing else. @param range without surrogates */
export function utf8Ranges([first, last]: CodeRange): ByteRanges[] {
  const end = lengths.find((each) => first <= each)!;
  if (last > end) return [...utf8Ranges([first, end]), ...utf8Ranges([end + 1, last])];
  return split(encode(first), encode(last));
}

/** Between two spellings of equal length: ranges byte by byte wherever what follows may be any continuation. */
function split(low: readonly number[], high: readonly number[]): ByteRanges[] {
  const [first, ...lowRest] = low as [number, ...number[]];
  const [last, ...highRest] = high as [number, ...number[]];
  if (lowRest.length === 0) return [[[first, last]]];
  const least = lowRest.map(() => 0x80);
  const most = lowRest.map(() => 0xbf);
  const under = (byte: number, from: readonly number[], to: readonly number[]): ByteRanges[] =>
    split(from, to).map((rest) => [[byte, byte], ...rest]);
  if (first === last) return under(first, lowRest, highRest);
  const isWholeLow = lowRest.every((byte) => byte === 0x80);
  const isWholeHigh = highRest.every((byte) => byte === 0xbf);
  const [from, to] = [isWholeLow ? first : first + 1, isWholeHigh ? last : last - 1];
  const middle: ByteRanges[] = from <= to ? [[[from, to], ...least.map((): [number, number] => [0x80, 0xbf])]] : [];
  return [
    ...(isWholeLow ? [] : under(first, lowRest, most)),
    ...middle,
    ...(isWholeHigh ? [] : under(last, least, highRest)),
  ];
}

function encode(code: number): number[] {
  if (code <= 0x7f) return [code];
  const length = lengths.findIndex((end) => code <= end);
  const rest = Array.from({ length }, (_, i) => 0x80 | ((code >> (6 * (length - 1 - i))) & 0x3f));
  return [((0xff00 >> (length + 1)) & 0xff) | (code >> (6 * length)), ...rest];
}
