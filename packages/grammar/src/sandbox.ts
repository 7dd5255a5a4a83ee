/**
 * Where grammars are tried before they are compiled for the vocabulary. A bad grammar aborts the binding in the middle of
 * a call and leaves its stack as it is: that must not happen to the binding that matchers live in. The one that is
 * damaged here is replaced; until then it goes on, as it does well enough for a few times.
 */
import { messageOf } from "@tokenmill/check";
import { type Binding, createBinding, type Handle } from "./binding.ts";

/** Makes a grammar in a binding. */
export type MakeGrammar = (binding: Binding) => Handle;

export class Sandbox {
  #binding: Binding;
  #compile: (grammar: Handle) => void;
  #isRenewing = false;
  readonly #lines: string[];

  private constructor(binding: Binding, lines: string[]) {
    this.#binding = binding;
    this.#lines = lines;
    this.#compile = compilerOf(binding);
  }

  static async create(): Promise<Sandbox> {
    const lines: string[] = [];
    return new Sandbox(await createBinding((line) => lines.push(line)), lines);
  }

  /** Why the grammar is bad; undefined if it is not. */
  fault(make: MakeGrammar): string | undefined {
    this.#lines.length = 0;
    try {
      const grammar = make(this.#binding);
      this.#compile(grammar);
      grammar.delete();
      return reasonOf(this.#lines, "[WARNING]");
    } catch (error) {
      if (!this.#isRenewing) void this.#renew();
      return reasonOf(this.#lines, "[FATAL]") ?? messageOf(error);
    }
  }

  async #renew(): Promise<void> {
    this.#isRenewing = true;
    try {
      const binding = await createBinding((line) => this.#lines.push(line));
      this.#compile = compilerOf(binding);
      this.#binding = binding;
    } catch {
      // no memory for another one: the next bad grammar tries again
    } finally {
      this.#isRenewing = false;
    }
  }
}

/** Compiles for a vocabulary without tokens: what is wrong with the grammar itself shows. */
function compilerOf(binding: Binding): (grammar: Handle) => void {
  const vocab = binding.vecStringFromJSArray([]);
  const stops = binding.vecIntFromJSArray([]);
  const info = new binding.TokenizerInfo(vocab, "BYTE_LEVEL", 0, stops, false);
  const compiler = new binding.GrammarCompiler(info, 1, false);
  return (grammar) => compiler.CompileGrammar(grammar).delete();
}

/** `[FATAL] file.cc:12: Check failed: (condition) is false: reason` → `reason`. A warning says what is not followed. */
function reasonOf(lines: readonly string[], level: "[FATAL]" | "[WARNING]"): string | undefined {
  const line = lines.find((each) => each.startsWith(level));
  return line
    ?.slice(level.length)
    .replace(/^ [^ ]*: /s, "")
    .replace(/^Check failed: .*? is false: /s, "")
    .trim();
}
