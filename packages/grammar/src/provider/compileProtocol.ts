/** Messages to and from a compile thread. Errors are sent as the fields that they are rebuilt from. */
import { asRefusal, messageOf } from "@tokenmill/check";
import { GrammarBudgetError, HurriedError } from "../budget/budget.ts";
import type { SpecSettings } from "./compileSpec.ts";
import type { CompiledSearch } from "./compiledSearch.ts";
import type { SharedImage } from "./sharedImage.ts";

/** Places of what a thread sees at any time: 1 while others are pending for it; how many tasks were sent, which it waits on. */
export const signals = { isWaited: 0, tasks: 1 } as const;

/** What a thread is given as it starts. */
export interface CompileThreadSetup {
  readonly settings: SpecSettings;
  /** See `signals`. i32[2] */
  readonly signals: Int32Array;
}

export type CompiledImage = SharedImage | CompiledSearch;

export interface Specification {
  /** A `GrammarSpec`, or a list of patterns. */
  readonly kind: "grammar" | "search";
  /** JSON text. */
  readonly spec: string;
  /** The parameter that it came in. */
  readonly param: string;
}

export interface CompileTask extends Specification {
  readonly timeMs: number;
  /** Time after which it yields once others are pending. */
  readonly hurriedMs: number;
}

/** A thread's first message: from here on it compiles. */
export const ready = "ready";

export type CompileAnswer =
  | { readonly image: CompiledImage; readonly error?: undefined }
  | { readonly image?: undefined; readonly error: CompileFault };

export interface CompileFault {
  readonly kind: "type" | "range" | "budget" | "hurried" | "internal";
  readonly message: string;
  /** What of the parameter is refused, if it is not the whole. */
  readonly param?: string | undefined;
}

export function faultOf(error: unknown): CompileFault {
  const message = messageOf(error);
  if (error instanceof HurriedError) return { kind: "hurried", message };
  if (error instanceof GrammarBudgetError) return { kind: "budget", message };
  if (error instanceof TypeError) return { kind: "type", message };
  if (!(error instanceof RangeError)) return { kind: "internal", message };
  // V8 has no class of its own for it
  const isStack = message === "Maximum call stack size exceeded";
  return isStack ? { kind: "budget", message: "it has too much inside each other" } : { kind: "range", message };
}

/** The error as a refusal of the parameter; a plain error if it is internal. */
export function errorOfFault({ kind, message, param: part }: CompileFault, whole: string): Error {
  const param = part ?? whole;
  const subject = `"${param}"`;
  const reason = message.startsWith(subject)
    ? message.slice(subject.length)
    : ` expected one that can be followed: ${message}`;
  const wording = (spelled: (name: string) => string): string => `"${spelled(param)}"${reason}`;
  const text = subject + reason;
  switch (kind) {
    case "type":
      return asRefusal(new TypeError(text), param, wording);
    case "range":
      return asRefusal(new RangeError(text), param, wording);
    case "budget":
      return asRefusal(new GrammarBudgetError(text), param, wording);
    case "hurried":
      return new HurriedError(text);
    case "internal":
      return new Error(message);
    default:
      return kind satisfies never;
  }
}
