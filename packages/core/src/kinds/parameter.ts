/** What is known of a sampling parameter, as data: its range in words and as a predicate; and what pages and tests want of it. */
import type { NumberRange } from "./range.ts";

/** What its values are: decides how it is written on a command line and in JSON. */
export type ParameterKind =
  | "number"
  | "integer"
  | "numbers"
  | "seed"
  | "choice"
  | "tokenIds"
  | "bias"
  | "stages"
  | "boolean"
  | "tokenSequences"
  | "sequenceBiases";

/** What is wrong with a value of the right type: with all of it, or, with what was expected there, at a place such as `[3]`. */
export type Fault =
  | { readonly value: unknown; readonly expected?: string; readonly at?: never }
  | { readonly value: unknown; readonly expected: string; readonly at: string };

/** Which numbers property tests try, beside the ends of the range. */
export interface Samples {
  /** Evenly between these. */
  readonly between?: readonly [number, number];
  /** From 10^−decades to 1, evenly on a logarithmic scale. */
  readonly decades?: number;
  /** These too. */
  readonly also?: readonly number[];
  /** Most elements of a list. */
  readonly mostItems?: number;
}

/** What a sampler says of a parameter of its own, beside its range. */
export interface ParameterFacts<Value = unknown> {
  /** The value at which it does nothing. */
  readonly off?: Value;
  /** What absence means, where that is not `off`. */
  readonly absent?: Value;
  /** The parameter that it says how of, where others turn their stage on too: without that one it has no effect. */
  readonly tunes?: string;
  /** Whether it is a number of tokens of the vocabulary. */
  readonly countsTokens?: boolean;
  /** A value outside the range that other engines write for `off`; accepted over HTTP. */
  readonly foreignOff?: number;
  /** Whether it acts outside of the chain too. */
  readonly actsElsewhere?: boolean;
}

/** What those who show or try a parameter want of it. */
export interface ParameterNotes {
  /** One line for `--help` and the docs. */
  readonly description: string;
  /** A value worth looking at first, for pages that let people play. */
  readonly start?: unknown;
  /** Where sliders end, if the range goes further. */
  readonly usualMost?: number;
  /** What property tests generate, where that is not the whole range. */
  readonly samples?: Samples;
}

export interface ParameterSpec extends ParameterFacts {
  readonly kind: ParameterKind;
  /** The range in words, as error messages give it. */
  readonly expected: string;
  readonly choices?: readonly string[];
  /** Of a number, or of each number of a list or map: what `expected` and `faultOf` are made from. */
  readonly range?: NumberRange;
  /** Of the numbers of a list that has as many, by place. */
  readonly ranges?: readonly NumberRange[];
  /** Fewest elements of a list; absent: 0. */
  readonly leastItems?: number;
  /** Most elements of a list. */
  readonly mostItems?: number;
  /** Whether the value is of the right type. */
  readonly hasType: (value: unknown) => boolean;
  /** What is wrong with a value of the right type; token ids are below `vocabSize`. */
  readonly faultOf: (value: unknown, vocabSize: number) => Fault | undefined;
}
