/**
 * Regular expressions over text as expressions over the bytes that spell it. A spelling decodes to one text, so every
 * operation carries over part by part; only the complement must stay within what spells any text at all.
 */
import type { Algebra } from "./algebra.ts";
import type { CodeRange } from "./characterSet.ts";
import { endless } from "./kinds.ts";
import { spell } from "./spellings.ts";
import { withoutImpliedLengths } from "./textLengths.ts";
import type { Spelling, TextRegex } from "./textRegex.ts";

/** Every Unicode scalar value. */
const anyScalar: readonly CodeRange[] = [
  [0, 0xd7ff],
  [0xe000, 0x10ffff],
];

const unmade = -1;

export class TextExpressions {
  readonly #algebra: Algebra;
  readonly #known: Readonly<Record<Spelling, WeakMap<TextRegex, number>>> = {
    utf8: new WeakMap(),
    json: new WeakMap(),
    jsonAny: new WeakMap(),
  };
  /** By ranges, and by what they say: long lists of ranges are data that stands in many expressions. */
  readonly #ranges: Readonly<Record<Spelling, WeakMap<readonly CodeRange[], number>>> = {
    utf8: new WeakMap(),
    json: new WeakMap(),
    jsonAny: new WeakMap(),
  };
  readonly #classes = new Map<string, number>();
  /** By spelling, by code: the expression of that one character. */
  readonly #ascii: Readonly<Record<Spelling, Int32Array>> = {
    utf8: new Int32Array(128).fill(unmade),
    json: new Int32Array(128).fill(unmade),
    jsonAny: new Int32Array(128).fill(unmade),
  };

  constructor(algebra: Algebra) {
    this.#algebra = algebra;
  }

  of(regex: TextRegex, spelling: Spelling): number {
    // most parts are single characters, and cheaper to make than to remember
    if (regex.kind === "class") return this.#class(regex.ranges, spelling);
    if (regex.kind === "concat" && regex.parts.every(({ kind }) => kind === "class")) {
      return this.#convert(regex, spelling);
    }
    const known = this.#known[spelling];
    let expr = known.get(regex);
    if (expr === undefined) known.set(regex, (expr = this.#convert(regex, spelling)));
    return expr;
  }

  #convert(regex: TextRegex, spelling: Spelling): number {
    const algebra = this.#algebra;
    const all = (parts: readonly TextRegex[]): number[] => parts.map((part) => this.of(part, spelling));
    switch (regex.kind) {
      case "none":
        return algebra.none;
      case "class":
        return this.#class(regex.ranges, spelling);
      case "concat":
        return algebra.concat(all(regex.parts));
      case "or":
        return algebra.or(all(regex.parts));
      case "and": {
        const parts = all(withoutImpliedLengths(regex.parts));
        return parts.length === 0 ? this.#any(spelling) : algebra.and(parts);
      }
      case "not":
        return algebra.and2(this.#any(spelling), algebra.not(this.of(regex.part, spelling)));
      case "multiple":
        return algebra.multiple(regex.modulus, regex.remainder % regex.modulus);
      case "repeat": {
        const max = regex.max === Number.POSITIVE_INFINITY ? endless : regex.max;
        return algebra.repeatOf(this.of(regex.part, spelling), regex.min, max);
      }
      default:
        return regex satisfies never;
    }
  }

  #any(spelling: Spelling): number {
    return this.#algebra.repeatOf(this.#class(anyScalar, spelling), 0, endless);
  }

  #class(ranges: readonly CodeRange[], spelling: Spelling): number {
    const range = ranges[0];
    if (ranges.length !== 1 || range![0] !== range![1] || range![0] >= 0x80) return this.#rangesClass(ranges, spelling);
    const known = this.#ascii[spelling];
    const [code] = range!;
    if (known[code] === unmade) known[code] = spell(this.#algebra, ranges, spelling);
    return known[code]!;
  }

  #rangesClass(ranges: readonly CodeRange[], spelling: Spelling): number {
    const known = this.#ranges[spelling];
    let expr = known.get(ranges);
    if (expr === undefined) known.set(ranges, (expr = this.#equalClass(ranges, spelling)));
    return expr;
  }

  #equalClass(ranges: readonly CodeRange[], spelling: Spelling): number {
    const key = `${spelling} ${ranges.join(" ")}`;
    let expr = this.#classes.get(key);
    if (expr === undefined) this.#classes.set(key, (expr = spell(this.#algebra, ranges, spelling)));
    return expr;
  }
}
