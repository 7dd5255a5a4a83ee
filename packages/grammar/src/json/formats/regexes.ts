/**
 * Regular expressions as texts (ECMA-262 §22.2.1 with Annex B.1.2): a part of them that is a regular language itself. Groups
 * stand inside each other at most `mostGroups` times, at most one has a name, and back references have one digit.
 */
import { regexText } from "../../regex/regexText.ts";
import type { CodeRange } from "../../regex/characterSet.ts";
import type { TextRegex } from "../../regex/textRegex.ts";
import { integerRange } from "../integers.ts";
import { concat, literal, oneOfRanges, optional, or, repeat } from "../texts.ts";

const mostGroups = 5;
/** Smallest count of a quantifier that may have any larger one beside it; others have larger ones of more digits. */
const fewTimes = 20;
const mostTimes = 9999;

const categories = "L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?";
/** What stands for one character behind a backslash; letters and digits only where they have a meaning. */
const escape = `\\\\(?:[dDwWsStnvfr1-9]|[!-/:-@\\[-\`{-~ ]|c[A-Za-z]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[pP]\\{(?:${categories})\\})`;
const plain = "[^\\^$\\\\.*+?()\\[{|]";

/**
 * Where runs of letters begin in the first plane. Of a range with both ends outside ASCII, one of these lies between them: that
 * shows that they are in order.
 */
const blockStarts = [
  0x80, 0xa0, 0xc0, 0xe0, 0xf0, 0x100, 0x180, 0x250, 0x370, 0x391, 0x3b1, 0x3c0, 0x400, 0x410, 0x420, 0x430, 0x440,
  0x450, 0x500, 0x5d0, 0x5e0, 0x600, 0x640, 0x700, 0x900, 0xe00, 0x1e00, 0x2000, 0x2070, 0x3000, 0x3040, 0x3060, 0x3090,
  0x30a0, 0x30c0, 0x30f0, 0x3400, 0x4e00, 0x6000, 0x8000, 0x9f00, 0xa000, 0xac00, 0xc000, 0xd700, 0xe000, 0xf900,
  0xff00, 0xff21, 0xff41, 0xff50,
];
const lastOfFirstPlane = 0xffff;

/** Of the first plane, without what means something in brackets, and without surrogates. */
function charactersFrom(first: number, last: number): TextRegex {
  const gaps: readonly CodeRange[] = [
    [0x2d, 0x2d],
    [0x5b, 0x5e],
    [0xd800, 0xdfff],
  ];
  const ranges: CodeRange[] = [];
  let from = first;
  for (const [gapStart, gapEnd] of gaps) {
    const before = Math.min(gapStart - 1, last);
    if (from <= before) ranges.push([from, before]);
    from = Math.max(from, gapEnd + 1);
  }
  if (from <= last) ranges.push([from, last]);
  return oneOfRanges(...ranges);
}

/** Two characters in order with a hyphen between them. */
function characterRanges(): TextRegex {
  const ascii = Array.from({ length: 0x5f }, (_, i) => 0x20 + i).map((code): [number, number, number] => [
    code,
    code,
    code,
  ]);
  const wide = blockStarts.slice(1).map((start, i): [number, number, number] => [blockStarts[i]!, start - 1, start]);
  const pairs = [...ascii, ...wide].map(([first, last, least]) =>
    concat(charactersFrom(first, last), literal("-"), charactersFrom(least, lastOfFirstPlane)),
  );
  return or(...pairs);
}

/** Characters in brackets; a hyphen that is no range stands at an end. */
function classText(): TextRegex {
  const inside = or(regexText("[^\\\\\\]^-]"), regexText(escape), characterRanges());
  const hyphen = optional(literal("-"));
  return concat(literal("["), optional(literal("^")), hyphen, repeat(inside, 0), hyphen, literal("]"));
}

function quantifier(): TextRegex {
  const from = (least: number): TextRegex => integerRange(BigInt(least), BigInt(mostTimes));
  const bounds = Array.from({ length: fewTimes }, (_, least) =>
    concat(literal(`${least},`), or(literal(""), from(least))),
  );
  const wider = [100, 1000].map((least) => {
    const first = integerRange(BigInt(Math.max(least / 10, fewTimes)), BigInt(least - 1));
    return concat(first, literal(","), optional(from(least)));
  });
  const counts = or(from(0), ...bounds, ...wider);
  const times = or(regexText("[*+?]"), concat(literal("{"), counts, literal("}")));
  return optional(concat(times, optional(literal("?"))));
}

export function regexFormat(): TextRegex {
  const times = quantifier();
  const single = or(regexText(`${plain}|\\.|${escape}`), classText());
  const edges = regexText("\\||\\^|\\$|\\\\[bB]");
  const close = literal(")");
  const looks = (inside: TextRegex): TextRegex => concat(regexText("\\(\\?<?[=!]"), inside, close);
  const group = (inside: TextRegex): TextRegex => concat(regexText("\\((?:\\?:)?"), inside, close, times);
  const named = (inside: TextRegex): TextRegex =>
    concat(regexText("\\(\\?<[A-Za-z_$][A-Za-z0-9_$]{0,31}>"), inside, close, times);
  let unnamed = repeat(or(edges, concat(single, times)), 0);
  let withName: TextRegex | undefined;
  for (let level = 0; level < mostGroups; level++) {
    const inside = unnamed;
    const ways = [named(inside), ...(withName ? [group(withName), looks(withName)] : [])];
    unnamed = repeat(or(edges, concat(single, times), looks(inside), group(inside)), 0);
    withName = concat(unnamed, or(...ways), unnamed);
  }
  return or(unnamed, withName!);
}
