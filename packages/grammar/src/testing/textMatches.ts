/** A plain recogniser of text regexes: does the regex match these characters from i to j? Slow and obvious. */
import type { TextRegex } from "../regex/textRegex.ts";

export function textMatches(regex: TextRegex, text: string): boolean {
  const codes = Array.from(text).map((character) => character.codePointAt(0)!);
  const known = new Map<TextRegex, Map<number, boolean>>();
  const ask = (part: TextRegex, i: number, j: number): boolean => {
    if (!known.has(part)) known.set(part, new Map());
    const answers = known.get(part)!;
    const key = i * (codes.length + 1) + j;
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = decide(part, i, j);
      answers.set(key, answer);
    }
    return answer;
  };
  const places = (i: number, j: number): number[] => Array.from({ length: j - i + 1 }, (_, k) => i + k);
  /** Places where `part` from one of `from` may end. */
  const ends = (part: TextRegex, from: readonly number[], j: number): number[] =>
    places(0, j).filter((end) => from.some((start) => start <= end && ask(part, start, end)));
  const decide = (part: TextRegex, i: number, j: number): boolean => {
    switch (part.kind) {
      case "none":
        return false;
      case "class":
        return j === i + 1 && part.ranges.some(([first, last]) => first <= codes[i]! && codes[i]! <= last);
      case "concat":
        return part.parts.reduce((from, each) => ends(each, from, j), [i]).includes(j);
      case "or":
        return part.parts.some((each) => ask(each, i, j));
      case "and":
        return part.parts.every((each) => ask(each, i, j));
      case "not":
        return !ask(part.part, i, j);
      case "repeat": {
        // a repetition that reads nothing adds nothing: length j - i times are enough
        let from = [i];
        const most = Math.min(part.max, part.min + (j - i));
        if (part.min === 0 && i === j) return true;
        for (let count = 1; count <= most; count++) {
          from = ends(part.part, from, j);
          if (count >= part.min && from.includes(j)) return true;
        }
        return false;
      }
      case "multiple": {
        const digits = codes.slice(i, j).map((code) => String.fromCodePoint(code));
        if (digits.some((each) => !/[0-9.]/.test(each))) return false;
        const number = digits.filter((each) => each !== ".");
        const value = BigInt(part.remainder) * 10n ** BigInt(number.length) + BigInt(number.join("") || "0");
        return value % BigInt(part.modulus) === 0n;
      }
      default:
        throw new Error(`no such kind: ${JSON.stringify(part)}`);
    }
  };
  return ask(regex, 0, codes.length);
}
