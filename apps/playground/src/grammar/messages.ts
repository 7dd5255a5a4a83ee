/** What the page and the worker that owns the grammar say to each other. */
import type { Settings } from "../params/settings.ts";

export const forms = ["jsonSchema", "regex", "choice", "grammar"] as const;
export type Form = (typeof forms)[number];

export interface GrammarPlan {
  readonly form: Form;
  /** Of choices, one in each line. */
  readonly text: string;
}

export interface StepRequest {
  readonly type: "step";
  /** The output so far. */
  readonly tokenIds: readonly number[];
  readonly logits: Float32Array;
  /** Tokens to show, before and after the mask. */
  readonly top: number;
}

export interface DrawRequest {
  readonly type: "draw";
  /** Tokens of the prompt, then of the output: what penalties see. */
  readonly history: readonly number[];
  readonly promptLength: number;
  readonly settings: Settings;
}

export type GrammarRequest =
  | { readonly type: "vocabulary"; readonly texts: readonly string[] }
  | { readonly type: "compile"; readonly plan: GrammarPlan }
  | StepRequest
  | DrawRequest;

export interface ShownToken {
  readonly tokenId: number;
  readonly prob: number;
  readonly isAllowed: boolean;
}

/** The row after an output, and what the grammar leaves of it. */
export interface GrammarStep {
  readonly hasEnded: boolean;
  readonly vocabSize: number;
  readonly allowedCount: number;
  /** What the forbidden tokens had of the probability. */
  readonly forbiddenMass: number;
  /** The most probable tokens of the row as it came. */
  readonly before: readonly ShownToken[];
  /** Those of the row without the forbidden ones. */
  readonly after: readonly ShownToken[];
}

export type GrammarReply =
  | { readonly type: "done"; readonly result: GrammarStep | number | undefined }
  | { readonly type: "failed"; readonly message: string };
