/** Characters of quoted strings and classes: escapes by letter and by code, as llama.cpp, XGrammar and JSON write them. */
import type { CodeRange } from "../regex/characterSet.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { characterExcept, characterOf } from "../regex/textRegexes.ts";
import type { GrammarReader } from "./reader.ts";

const letters: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  e: 0x1b,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
};
/** Hexadecimal digits that follow. */
const lengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A code point, escaped or not; the reader stands before it. */
function readCharacter(reader: GrammarReader): number {
  const start = reader.at;
  const character = reader.take();
  if (character !== "\\") return character.codePointAt(0)!;
  const escaped = reader.take();
  const length = lengths[escaped];
  if (length !== undefined) return readCode(reader, start, length);
  if (escaped in letters) return letters[escaped]!;
  if (escaped === "0" && !/[0-9]/.test(reader.peek())) return 0;
  if (escaped !== "" && /[!-/:-@[-`{-~ ]/.test(escaped)) return escaped.codePointAt(0)!;
  return reader.refuse(
    "an escape of a, b, e, f, n, r, t, v, 0, xHH, uHHHH, UHHHHHHHH or punctuation",
    escaped === "" ? "the end" : JSON.stringify(`\\${escaped}`),
    start,
  );
}

/** `\u` of the two halves of a pair is one character. */
function readCode(reader: GrammarReader, start: number, length: number): number {
  const code = readHex(reader, length);
  if (length === 2 && /[0-9a-fA-F]/.test(reader.peek())) {
    reader.refuse("two digits after \\x and no third, which some readers would take (\\uHHHH has one meaning)");
  }
  if (code >= 0xd800 && code <= 0xdbff && length === 4 && reader.skip("\\u")) {
    const low = readHex(reader, 4);
    if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    reader.refuse("the code of a character of Unicode", JSON.stringify(reader.text.slice(start, reader.at)), start);
  }
  return code;
}

function readHex(reader: GrammarReader, length: number): number {
  const digits = reader.match(new RegExp(`[0-9a-fA-F]{${length}}`, "y"));
  return Number.parseInt(digits ?? reader.refuse(`${length} hexadecimal digits`), 16);
}

/** A string in quotes; the reader stands before the first. It ends on its line. */
export function readQuoted(reader: GrammarReader, quote = '"'): string {
  const start = reader.at;
  reader.expect(quote);
  let text = "";
  while (!reader.skip(quote)) {
    if (reader.isAtEnd || /[\r\n]/.test(reader.peek())) {
      reader.refuse(`the quote's end on its line`, reader.isAtEnd ? "the end" : "the line's end", start);
    }
    text += String.fromCodePoint(readCharacter(reader));
  }
  return text;
}

/** A class in brackets on one line; the reader stands before the first. */
export function readClass(reader: GrammarReader): TextRegex {
  const start = reader.at;
  reader.expect("[");
  const isNegated = reader.skip("^");
  const ranges: CodeRange[] = [];
  while (!reader.skip("]")) {
    if (reader.isAtEnd || /[\r\n]/.test(reader.peek())) {
      reader.refuse(`the class's end on its line`, reader.isAtEnd ? "the end" : "the line's end", start);
    }
    const from = reader.at;
    const first = readCharacter(reader);
    const isRange = reader.startsWith("-") && reader.text[reader.at + 1] !== "]";
    if (!isRange) ranges.push([first, first]);
    else {
      reader.expect("-");
      const last = readCharacter(reader);
      if (last < first) reader.refuse("a range upwards", JSON.stringify(reader.text.slice(from, reader.at)), from);
      ranges.push([first, last]);
    }
  }
  if (ranges.length === 0 && !isNegated) reader.refuse("a class with a character in it", '"[]"', start);
  return isNegated ? characterExcept(ranges) : characterOf(ranges);
}
