/** What a sampler's file holds: its parameters, its record for the kernel, its law in f64, and what it declares. */
import type { ParameterSpec } from "../kinds/parameter.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";
import type { SharedParams } from "./sharedParams.ts";

/** Numbers and lists that a sampler's kernel reads from its stage of the plan (see `layout.ts`). */
export interface PackedStage {
  integer?: number;
  flags?: number;
  numbers?: readonly number[];
  ids?: ArrayLike<number>;
  values?: ArrayLike<number>;
}

/** A case that a paper or another engine publishes, or that can be written down. */
export interface Example<Params> {
  readonly source: string;
  readonly probs: readonly number[];
  readonly params: Params;
  /** Probabilities by token id afterwards; 0 is out. */
  readonly left: readonly number[];
}

/** Params: the interface of its own parameters. Rules: where engines draw a boundary of it differently, a profile's part. */
export interface SamplerEntry<Params extends object = object, Rules extends object = object> {
  /** `edit`: changes single logits; `cut`: removes tokens; `reshape`: changes the probabilities of all. */
  readonly kind: "edit" | "cut" | "reshape";
  /** Its place in an order that does not name it: after all samplers with a smaller one. No two are equal. */
  readonly place: number;
  /** One line for `explain` and the docs. */
  readonly description: string;
  readonly parameters: { readonly [Name in keyof Params]-?: ParameterSpec };
  /** Parameters of `SharedParams` that it reads too. */
  readonly alsoReads?: readonly (keyof SharedParams)[];
  /** Whether the tokens that it leaves stay in the order of their logits. */
  readonly keepsOrder: boolean;
  /** For a stateful sampler: its numbers in the sequence's state, their initial values, and a check of values given. */
  readonly state?: {
    /** Index of its first number, see `records/state.ts`. */
    readonly first: number;
    /** How many numbers it has there. */
    readonly count: number;
    readonly initial: (params: Params) => readonly number[];
    readonly accepts: (numbers: readonly number[]) => boolean;
  };
  /** For a sampler that reads the position: from the first to the last position at which it does something new. */
  readonly changesAt?: (params: Params) => { readonly first: number; readonly last: number };
  /** For a sampler that tosses a coin at each draw: the parameter that is its probability to act. */
  readonly coin?: keyof Params & string;
  /** Whether it writes ln p as f32, which rounds small probabilities. */
  readonly roundsLogits?: boolean;
  /** Bits of the record's flags, by the name that its kernel has for them after the sampler's. */
  readonly flags?: Readonly<Record<string, number>>;
  /** Values of the record's integer that its kernel knows, least and most; absent: all. */
  readonly integers?: readonly [least: number, most: number];
  /** What of the params excludes other ones: the parameter to leave out, and what was expected of it. */
  readonly contradiction?: (
    params: Params,
  ) =>
    | { readonly name: keyof Params & string; readonly expected: string; readonly mentions: readonly string[] }
    | undefined;
  /** The rules in words, for the docs; empty if they are the usual ones. */
  readonly boundary?: (rules: Rules) => string;
  readonly examples?: readonly Example<Params>[];
  /** The record of the stage, or undefined if the parameters leave it off. */
  readonly pack: (params: Params & SharedParams, rules: Rules) => PackedStage | undefined;
  /** The same in plain f64; judges the kernel. Called only where `pack` has a record. */
  readonly reference: (row: ReferenceRow, params: Params & SharedParams, rules: Rules) => void;
}
