/** What host and model thread say to each other. Messages are answered in order; only steps and the end are. */
import type { StepItem } from "@tokenmill/contracts";

export interface ThreadData {
  /** Path of onnxruntime-node's main file. */
  readonly runtimePath: string;
  readonly graphPath: string;
  readonly sequences: number;
  readonly contextTokens: number;
  readonly threads: number;
}

export type Request =
  | { readonly kind: "step"; readonly items: readonly StepItem[] }
  | { readonly kind: "truncate"; readonly slot: number; readonly length: number }
  | { readonly kind: "fork"; readonly from: number; readonly to: number; readonly length: number }
  | { readonly kind: "close" };

export type Answer =
  | { readonly kind: "ready"; readonly vocabSize: number; readonly form: "shared" | "moved" }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };
