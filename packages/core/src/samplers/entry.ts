/** What a sampler needs to run: its parameters, its record for the kernel, and what it declares. */
import type { ParameterSpec } from "../kinds/parameter.ts";
import type { SharedParams } from "./sharedParams.ts";

/** Numbers and lists that a sampler's kernel reads from its stage of the plan (see `layout.ts`). */
export interface PackedStage {
  integer?: number;
  flags?: number;
  numbers?: readonly number[];
  ids?: ArrayLike<number>;
  values?: ArrayLike<number>;
}

/** Params: the interface of its own parameters. Rules: where engines draw a boundary of it differently, a profile's part. */
export interface SamplerEntry<Params extends object = object, Rules extends object = object> {
  /** `edit`: changes single logits; `cut`: removes tokens; `reshape`: changes the probabilities of all. */
  readonly kind: "edit" | "cut" | "reshape";
  /** Its place in an order that does not name it: after all samplers with a smaller one. No two are equal. */
  readonly place: number;
  readonly parameters: { readonly [Name in keyof Params]-?: ParameterSpec };
  /** Parameters of `SharedParams` that it reads too. */
  readonly alsoReads?: readonly (keyof SharedParams)[];
  /** Whether the tokens that it leaves stay in the order of their logits. */
  readonly keepsOrder: boolean;
  /** For a stateful sampler: its numbers in the sequence's state, their initial values, and a check of values given. */
  readonly state?: {
    /** Index of its first number, see `layout.ts`. */
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
  /** The record of the stage, or undefined if the parameters leave it off. */
  readonly pack: (params: Params & SharedParams, rules: Rules) => PackedStage | undefined;
}
