/** What a compile thread is told, and what it says. Errors go as what they are rebuilt from. */
import { messageOf } from "@tokenmill/check";
import { GrammarBudgetError } from "../budget/budget.ts";
import type { GrammarImage } from "../compile/image.ts";
import type { SpecSettings } from "./compileSpec.ts";

export interface CompileSetup {
  readonly settings: SpecSettings;
}

export interface CompileTask {
  /** JSON text of the specification. */
  readonly spec: string;
  readonly timeMs: number;
}

export type CompileAnswer =
  | { readonly image: GrammarImage; readonly error?: undefined }
  | { readonly image?: undefined; readonly error: CompileFault };

export interface CompileFault {
  readonly kind: "type" | "range" | "budget" | "internal";
  readonly message: string;
}

export function faultOf(error: unknown): CompileFault {
  const message = messageOf(error);
  if (error instanceof GrammarBudgetError) return { kind: "budget", message };
  if (error instanceof TypeError) return { kind: "type", message };
  if (!(error instanceof RangeError)) return { kind: "internal", message };
  // V8 has no class of its own for it
  const isStack = message === "Maximum call stack size exceeded";
  return isStack ? { kind: "budget", message: "it has too much inside each other" } : { kind: "range", message };
}

export function errorOfFault({ kind, message }: CompileFault): Error {
  switch (kind) {
    case "type":
      return new TypeError(message);
    case "range":
      return new RangeError(message);
    case "budget":
      return new GrammarBudgetError(message);
    case "internal":
      return new Error(message);
    default:
      return kind satisfies never;
  }
}
