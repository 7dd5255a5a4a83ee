/** Characters as the bytes that spell them: as UTF-8, or inside a JSON string (RFC 8259 §7). */
import type { Algebra } from "./algebra.ts";
import type { ByteRange } from "./byteSets.ts";
import type { CodeRange } from "./characterSet.ts";
import type { Spelling } from "./textRegex.ts";
import { utf8Ranges } from "./utf8Ranges.ts";

/** Characters that JSON writes as a backslash and a letter. */
const shortEscapes: readonly (readonly [code: number, letter: string])[] = [
  [0x22, '"'],
  [0x5c, "\\"],
  [0x08, "b"],
  [0x0c, "f"],
  [0x0a, "n"],
  [0x0d, "r"],
  [0x09, "t"],
];
/** What stands for itself in JSON. */
const raw: readonly CodeRange[] = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x10ffff],
];
const firstAstral = 0x10000;

/** One character of the ranges. */
export function spell(algebra: Algebra, ranges: readonly CodeRange[], spelling: Spelling): number {
  if (spelling === "utf8") return utf8(algebra, ranges);
  const has = (code: number): boolean => ranges.some(([first, last]) => first <= code && code <= last);
  const letters = shortEscapes.filter(([code]) => has(code)).map(([, letter]) => letter);
  if (spelling === "jsonAny" && has(0x2f)) letters.push("/");
  const escapes = [
    algebra.concat2(byte(algebra, "\\"), algebra.bytes(letters.map((letter) => [code(letter), code(letter)]))),
  ];
  if (spelling === "jsonAny") {
    escapes.push(...ranges.flatMap((range) => codeUnits(algebra, range)));
  } else {
    const controls = intersect(ranges, [[0, 0x1f]]).flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    );
    for (const control of controls.filter((each) => !shortEscapes.some(([known]) => known === each))) {
      escapes.push(literal(algebra, `\\u${control.toString(16).padStart(4, "0")}`));
    }
  }
  return algebra.or([utf8(algebra, intersect(ranges, raw)), ...escapes]);
}

function utf8(algebra: Algebra, ranges: readonly CodeRange[]): number {
  const spellings = ranges.flatMap(utf8Ranges);
  return algebra.or(spellings.map((bytes) => algebra.concat(bytes.map((range) => algebra.bytes([range])))));
}

/** What is in both; ranges in order and apart. */
export function intersect(a: readonly CodeRange[], b: readonly CodeRange[]): CodeRange[] {
  const result: CodeRange[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [first, last] = [Math.max(a[i]![0], b[j]![0]), Math.min(a[i]![1], b[j]![1])];
    if (first <= last) result.push([first, last]);
    if (a[i]![1] < b[j]![1]) i++;
    else j++;
  }
  return result;
}

/** \uXXXX, or two of them for characters above U+FFFF. */
function codeUnits(algebra: Algebra, [first, last]: CodeRange): number[] {
  const parts: number[] = [];
  if (first < firstAstral) parts.push(unit(algebra, first, Math.min(last, firstAstral - 1)));
  if (last < firstAstral) return parts;
  const [low, high] = [Math.max(first, firstAstral) - firstAstral, last - firstAstral];
  const [lowHead, highHead] = [low >> 10, high >> 10];
  const pair = (fromHead: number, toHead: number, from: number, to: number): void => {
    if (fromHead > toHead) return;
    parts.push(
      algebra.concat2(unit(algebra, 0xd800 + fromHead, 0xd800 + toHead), unit(algebra, 0xdc00 + from, 0xdc00 + to)),
    );
  };
  if (lowHead === highHead) pair(lowHead, lowHead, low & 0x3ff, high & 0x3ff);
  else {
    pair(lowHead, lowHead, low & 0x3ff, 0x3ff);
    pair(lowHead + 1, highHead - 1, 0, 0x3ff);
    pair(highHead, highHead, 0, high & 0x3ff);
  }
  return parts;
}

function unit(algebra: Algebra, first: number, last: number): number {
  return algebra.concat2(literal(algebra, "\\u"), hex(algebra, first, last, 4));
}

/** Numbers of a range in so many hexadecimal digits. */
function hex(algebra: Algebra, first: number, last: number, digits: number): number {
  if (digits === 0) return algebra.empty;
  const size = 1 << (4 * (digits - 1));
  const [from, to] = [Math.floor(first / size), Math.floor(last / size)];
  const under = (low: number, high: number, a: number, b: number): number =>
    low > high ? algebra.none : algebra.concat2(digit(algebra, low, high), hex(algebra, a, b, digits - 1));
  if (from === to) return under(from, from, first % size, last % size);
  return algebra.or([
    under(from, from, first % size, size - 1),
    under(from + 1, to - 1, 0, size - 1),
    under(to, to, 0, last % size),
  ]);
}

function digit(algebra: Algebra, first: number, last: number): number {
  const ranges: ByteRange[] = [];
  if (first <= 9) ranges.push([0x30 + first, 0x30 + Math.min(last, 9)]);
  for (const a of last < 10 ? [] : [0x41, 0x61]) ranges.push([a + Math.max(first, 10) - 10, a + last - 10]);
  return algebra.bytes(ranges);
}

function literal(algebra: Algebra, text: string): number {
  return algebra.concat(Array.from(text, (character) => byte(algebra, character)));
}

function byte(algebra: Algebra, character: string): number {
  return algebra.byte(code(character));
}

function code(character: string): number {
  return character.charCodeAt(0);
}
