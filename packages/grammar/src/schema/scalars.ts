/** Values without parts as one expression. */
import type { Expr } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { and, anything, concat, literal, not, ofLength, oneOfRanges, or, repeat } from "../json/texts.ts";
import { withoutContradictions } from "./contradictions.ts";
import type { Formula } from "./formula.ts";
import { knownLeaves, type KnownLeaves, wordsOf } from "./leafTexts.ts";
import type { CompileSettings } from "./options.ts";
import type { Punctuation } from "./punctuation.ts";
import type { SchemaReading } from "./reading.ts";

const exponent = oneOfRanges([0x45, 0x45], [0x65, 0x65]);
/** Spellings of numbers, one for each: those with an exponent, or a last zero behind the point, have another. */
const oneSpelling: TextRegex = not(
  or(concat(anything, exponent, anything), concat(anything, literal("."), anything, repeat(literal("0"), 1, 1))),
);

export class Scalars {
  readonly #reading: SchemaReading;
  readonly #settings: CompileSettings;
  readonly #punctuation: Punctuation;
  readonly #leaves: KnownLeaves;
  /** What they depend on besides their schema. */
  readonly #settingsText: string;

  constructor(reading: SchemaReading, settings: CompileSettings, punctuation: Punctuation) {
    this.#reading = reading;
    this.#settings = settings;
    this.#punctuation = punctuation;
    this.#leaves = knownLeaves(reading.expressions);
    const { spelling, largestInteger, numberDigits, stringLength, comparing } = settings;
    this.#settingsText = ` ${spelling} ${largestInteger} ${numberDigits} ${stringLength} ${comparing.length > 0}`;
  }

  /** What was found of an equal schema before is what is found of this one. @param text of the schema, see `leafText` */
  leaf(formula: Formula, text: string): Expr | undefined {
    const leaves = this.#leaves;
    const key = text + this.#settingsText;
    let scalars = leaves.get(key);
    if (scalars === undefined && !leaves.has(key)) {
      const { warnings } = this.#reading;
      const warned = warnings.length;
      const isBounded = this.#settings.stringLength < Infinity;
      const words = formula.kind === "schema" && !isBounded ? wordsOf(formula.location) : undefined;
      scalars = words ? this.#punctuation.quotedWords(words) : this.of(formula);
      if (warnings.length === warned) leaves.set(key, scalars);
    }
    return scalars;
  }

  /** Undefined if there is none. @param isComparable each number is spelled in one way only */
  of(formula: Formula, isComparable: boolean = this.#settings.comparing.length > 0): Expr | undefined {
    const { views, expressions } = this.#reading;
    const parts: Expr[] = [];
    if (views.allowsNull(formula)) parts.push(expressions.literal("null"));
    const booleans = views.booleans(formula);
    if (booleans & 1) parts.push(expressions.literal("false"));
    if (booleans & 2) parts.push(expressions.literal("true"));
    const numbers = and(views.numbers(formula), isComparable ? oneSpelling : anything);
    if (!views.isEmptyText(numbers)) parts.push(expressions.text(numbers, "utf8"));
    const strings = withoutContradictions(
      and(views.writtenStrings(formula), ofLength(0, this.#settings.stringLength)),
      (texts) => views.isEmptyText(texts),
    );
    if (!views.isEmptyText(strings)) parts.push(this.#punctuation.quoted(strings));
    return parts.length === 0 ? undefined : expressions.or(parts);
  }
}
