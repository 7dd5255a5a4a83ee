/** What is known of a sampler beside what runs it: who only draws does not load it. */
import type { ParameterNotes } from "../kinds/parameter.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";
import type { SharedParams } from "./sharedParams.ts";

/** A case that a paper or another engine publishes, or that can be written down. */
export interface Example<Params> {
  readonly source: string;
  readonly probs: readonly number[];
  readonly params: Params;
  /** Probabilities by token id afterwards; 0 is out. */
  readonly left: readonly number[];
}

/**
 * Params and Rules as in its `SamplerEntry`. A file exports a function that gives it, under the sampler's name with `Reference`
 * behind it: what a function is not called for has no effect, so every bundler leaves it out.
 */
export interface SamplerReference<Params extends object = object, Rules extends object = object> {
  /** One line for `explain` and the docs. */
  readonly description: string;
  readonly parameters: { readonly [Name in keyof Params]-?: ParameterNotes };
  /** Whether it writes ln p as f32, which rounds small probabilities. */
  readonly roundsLogits?: boolean;
  /** The rules in words, for the docs; empty if they are the usual ones. */
  readonly boundary?: (rules: Rules) => string;
  readonly examples?: readonly Example<Params>[];
  /** The sampler in plain f64; judges the kernel. Called only where `pack` has a record. */
  readonly law: (row: ReferenceRow, params: Params & SharedParams, rules: Rules) => void;
}
