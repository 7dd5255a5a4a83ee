/** What a stage of the chain is made of. */
import type { SamplingParams } from "../params/samplingParams.ts";
import type { Profile } from "../params/profiles.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";

/** Numbers and lists that a stage's kernel reads from its record (see `layout.ts`). */
export interface PackedStage {
  integer?: number;
  flags?: number;
  numbers?: readonly number[];
  ids?: ArrayLike<number>;
  values?: ArrayLike<number>;
}

export interface Stage {
  /** `edit`: changes single logits; `cut`: removes tokens or reshapes all. */
  readonly kind: "edit" | "cut";
  /** Number of the kernel, from `layout.ts`. */
  readonly opcode: number;
  /** The parameters it reads. */
  readonly params: readonly (keyof SamplingParams)[];
  /** One line for `explain` and the docs. */
  readonly description: string;
  /** For a stage that remembers: its place in the sequence's state, what it starts from, and what it can have come to. */
  readonly state?: {
    readonly offsetBytes: number;
    /** How many numbers it has there. */
    readonly count: number;
    readonly initial: (params: SamplingParams) => readonly number[];
    readonly accepts: (numbers: readonly number[]) => boolean;
  };
  /** For a stage that looks at the position: the parameter that is the position at which it changes, or goes on to. */
  readonly changesAt?: "minTokens";
  /** For a stage that tosses a coin at each draw: the parameter that is its probability to act. */
  readonly coin?: "xtcProbability";
  /** The record of the stage, or undefined if the parameters leave it off. */
  readonly pack: (params: SamplingParams, profile: Profile) => PackedStage | undefined;
  /** The same stage in plain f64; judges the kernel. */
  readonly reference: (row: ReferenceRow, params: SamplingParams, profile: Profile) => void;
}
